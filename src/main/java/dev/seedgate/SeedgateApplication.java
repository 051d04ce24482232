package dev.seedgate;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The gateway. */
@SpringBootApplication
@EnableScheduling
public class SeedgateApplication {

    public static void main(String[] args) {
        SpringApplication.run(SeedgateApplication.class, args);
    }

    /** For what is only shown; time that moves money or leases is the database's. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
