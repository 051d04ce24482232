package dev.seedgate.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param adminKey the bootstrap admin key
 * @param adminKeyFile a file that holds it instead, read again when it changes
 * @param maxBody a body with a full prompt and four long URLs is below 20 KB
 */
@ConfigurationProperties("seedgate")
record AccessSettings(
        @Nullable String adminKey,
        @Nullable Path adminKeyFile,
        @DefaultValue("64KB") DataSize maxBody) {

    @Override
    public String toString() {
        return "AccessSettings[maxBody=" + maxBody + "]";
    }
}
