package dev.seedgate;

import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** The gateway. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class SeedgateApplication {

    public static void main(String[] args) {
        // Digits in URLs and figures, and messages, must not be those of the machine's country.
        Locale.setDefault(Locale.ROOT);
        try {
            if (Migration.isAll(args)) {
                Migration.run(args);
            } else {
                SpringApplication.run(SeedgateApplication.class, args);
            }
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

    /**
     * For what is only shown; time that moves money or leases is the database's. As exact as the
     * database keeps it, so that what was made reads the same later.
     */
    @Bean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), Duration.of(1, ChronoUnit.MICROS));
    }
}
