package dev.seedgate.generation;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GenerationSettings.class, PollSchedule.class})
class GenerationConfiguration {}
