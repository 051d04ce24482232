package dev.seedgate;

import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * A run that applies the migrations and ends: {@code SEEDGATE_MIGRATE_ONLY=true}. For platforms
 * where a job of its own knows the owner's password and the gateway does not.
 */
@ImportAutoConfiguration(FlywayAutoConfiguration.class)
final class Migration {

    private static final Logger log = LoggerFactory.getLogger(Migration.class);

    private Migration() {}

    /** Whether this run is to do nothing else. */
    static boolean isAll(String[] args) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
        ConfigurationPropertySources.attach(environment);
        // What is no boolean is told in the run that follows.
        return Binder.get(environment)
                .bind("seedgate.migrate-only", String.class)
                .map("true"::equalsIgnoreCase)
                .orElse(false);
    }

    static void run(String[] args) {
        // The job may share its settings with a gateway that does not migrate.
        String[] all =
                Stream.concat(
                                Stream.of(args),
                                Stream.of(
                                        "--spring.flyway.enabled=true",
                                        "--spring.main.keep-alive=false"))
                        .toArray(String[]::new);
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(Migration.class)
                        .web(WebApplicationType.NONE)
                        .run(all)) {
            log.info(
                    "The tables are those of version {}",
                    context.getBean(Flyway.class).info().current().getVersion());
        }
    }
}
