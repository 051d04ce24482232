package dev.seedgate;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The gateway. */
@SpringBootApplication
public class SeedgateApplication {

    public static void main(String[] args) {
        SpringApplication.run(SeedgateApplication.class, args);
    }
}
