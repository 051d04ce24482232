package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The check at start-up of settings that no settings record holds, before anything is started with
 * them.
 */
final class SettingsCheck
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final int HIGHEST_PORT = 65_535;

    /** Once every setting is under its name of today, before the database is waited for. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 1;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        // Nobody who stops a server wants -1, which would start none.
        checkPort("SERVER_PORT", environment.getProperty("server.port"));
        checkPort("MANAGEMENT_SERVER_PORT", environment.getProperty("management.server.port"));
    }

    static void checkPort(String variable, @Nullable String port) {
        if (StringUtils.hasText(port) && number(port.strip()) > HIGHEST_PORT) {
            throw new StartupException(
                    "%s=%s: give a port, a whole number from 1 to 65535 (0 takes any that is free)."
                            .formatted(variable, port));
        }
    }

    /** More than any port is when it is none. */
    private static int number(String text) {
        try {
            int number = Integer.parseInt(text);
            return number < 0 ? Integer.MAX_VALUE : number;
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }
}
