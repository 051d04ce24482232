package dev.seedgate.vendor.sandbox;

import java.util.stream.Stream;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Whether the sandbox is the vendor: as long as nobody has configured the real one's key. */
public final class SandboxMode {

    private SandboxMode() {}

    public static boolean isOn(Environment environment) {
        // Blank counts as absent: container set-ups like to pass variables that are empty.
        return Stream.of("seedgate.upstream-api-key", "seedgate.upstream-api-key-file")
                .map(environment::getProperty)
                .noneMatch(StringUtils::hasText);
    }
}
