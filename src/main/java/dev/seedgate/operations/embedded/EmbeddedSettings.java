package dev.seedgate.operations.embedded;

import java.nio.file.Path;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code seedgate.embedded}.
 *
 * @param enabled false where a missing data source is not to be filled in, as in the build's tests
 * @param directory holds the data, the server's programs and the keys
 */
record EmbeddedSettings(
        @DefaultValue("true") boolean enabled, @DefaultValue(".seedgate") Path directory) {}
