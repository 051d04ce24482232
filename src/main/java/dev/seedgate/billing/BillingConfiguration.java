package dev.seedgate.billing;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AuditorSettings.class, ReportSettings.class})
class BillingConfiguration {

    static final String SCHEDULER = "booksScheduler";

    /**
     * One thread for the sums and the auditor, as they have one connection. All other clocks of the
     * gateway share another, which long statements must not hold up.
     */
    @Bean(name = SCHEDULER, defaultCandidate = false)
    ThreadPoolTaskScheduler booksScheduler() {
        ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        scheduler.setPoolSize(1);
        scheduler.setDaemon(true);
        scheduler.setThreadNamePrefix("books-");
        return scheduler;
    }
}
