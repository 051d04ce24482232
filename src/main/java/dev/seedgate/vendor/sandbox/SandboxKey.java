package dev.seedgate.vendor.sandbox;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * Gives the sandbox a key of its own at each start, where none is configured. The gateway calls the
 * sandbox of its own process, so nobody else has to know it.
 */
final class SandboxKey implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    static final String NAME = "seedgate.sandbox-api-key";

    /** 192 bits. */
    private static final int BYTES = 24;

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        if (StringUtils.hasText(environment.getProperty(NAME))) {
            return;
        }
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("sandbox key", Map.of(NAME, key)));
    }
}
