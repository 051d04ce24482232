package dev.seedgate.staff;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({SessionSettings.class, OidcSettings.class})
class StaffConfiguration {}
