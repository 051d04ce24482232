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
        try {
            SpringApplication.run(SeedgateApplication.class, args);
        } catch (SpringApplication.AbandonedRunException e) {
            // Tools that only look at the configuration stop the run this way.
            throw e;
        } catch (RuntimeException | Error e) {
            // Told already. Without this, a thread that the failed start left would keep the
            // process
            // alive, and a supervisor would take it for well.
            System.exit(1);
        }
    }

    /** For what is only shown; time that moves money or leases is the database's. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
