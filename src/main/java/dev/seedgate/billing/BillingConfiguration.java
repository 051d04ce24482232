package dev.seedgate.billing;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AuditorSettings.class, ReportSettings.class})
class BillingConfiguration {}
