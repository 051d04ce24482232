package dev.seedgate.billing;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({LedgerVerifierSettings.class, ReportSettings.class})
class BillingConfiguration {}
