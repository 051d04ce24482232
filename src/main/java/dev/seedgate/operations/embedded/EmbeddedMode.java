package dev.seedgate.operations.embedded;

import dev.seedgate.platform.values.StartupException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The defaults for what was not configured: without a data source, the gateway brings its own
 * PostgreSQL, an admin key and a demo team.
 */
final class EmbeddedMode
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final String LIBRARY =
            "io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver";

    /**
     * After the properties that tests add by initializers of their own, before the database check.
     */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 10;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        EmbeddedSettings settings =
                Binder.get(environment).bindOrCreate("seedgate.embedded", EmbeddedSettings.class);
        if (!settings.enabled() || isSet(environment, "spring.datasource.url")) {
            return;
        }
        // The packaged jar comes without the library: no server shall start by surprise there.
        if (!ClassUtils.isPresent(LIBRARY, EmbeddedMode.class.getClassLoader())) {
            throw new StartupException(
                    "No database is configured: set SPRING_DATASOURCE_URL (jdbc:postgresql://host:5432/name), SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD to a PostgreSQL 15 or newer.");
        }
        LockedDirectory folder = LockedDirectory.take(settings.directory());
        try {
            DevelopmentSecrets secrets = DevelopmentSecrets.keptIn(folder);
            EmbeddedPostgres server = EmbeddedPostgres.start(folder, secrets);
            stopAtTheVeryEnd(context, server, folder);
            boolean adminKeyMade = fillIn(environment, server, secrets);
            context.addApplicationListener(new QuickStartBanner(secrets, adminKeyMade));
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Beans are destroyed in the reverse order of their making, and this one comes before them all:
     * requests are drained and the pool is closed when the server stops.
     */
    private static void stopAtTheVeryEnd(
            ConfigurableApplicationContext context,
            EmbeddedPostgres server,
            LockedDirectory folder) {
        ((DefaultSingletonBeanRegistry) context.getBeanFactory())
                .registerDisposableBean(
                        "embeddedPostgreSql",
                        () -> {
                            server.close();
                            folder.close();
                        });
    }

    /** In front of all other sources, which have nothing or a blank text under these names. */
    private static boolean fillIn(
            ConfigurableEnvironment environment,
            EmbeddedPostgres server,
            DevelopmentSecrets secrets) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("spring.datasource.url", server.url());
        properties.put("spring.datasource.username", EmbeddedPostgres.USER);
        properties.put("spring.datasource.password", secrets.database());
        boolean adminKeyMissing =
                !isSet(environment, "seedgate.admin-key")
                        && !isSet(environment, "seedgate.admin-key-file");
        if (adminKeyMissing) {
            properties.put("seedgate.admin-key", secrets.admin());
        }
        if (!isSet(environment, "seedgate.webhooks-key")
                && !isSet(environment, "seedgate.webhooks-key-file")) {
            properties.put("seedgate.webhooks-key", secrets.webhooks());
        }
        environment.getPropertySources().addFirst(new MapPropertySource("embedded", properties));
        return adminKeyMissing;
    }

    private static boolean isSet(ConfigurableEnvironment environment, String name) {
        return StringUtils.hasText(environment.getProperty(name));
    }
}
