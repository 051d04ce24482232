package dev.seedgate.alert;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AlertSettings.class)
class AlertConfiguration {

    static final String SCHEDULER = "alertScheduler";

    /**
     * One thread to look and one to send. All other clocks of the gateway share a single thread,
     * which a receiver that hangs must not hold up.
     */
    @Bean(name = SCHEDULER, defaultCandidate = false)
    ThreadPoolTaskScheduler alertScheduler() {
        ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        scheduler.setPoolSize(2);
        scheduler.setDaemon(true);
        scheduler.setThreadNamePrefix("alerts-");
        return scheduler;
    }
}
