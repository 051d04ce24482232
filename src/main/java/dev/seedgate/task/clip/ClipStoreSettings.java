package dev.seedgate.task.clip;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where copies of clips go; without a folder there are none.
 *
 * @param clipsFolder that all replicas share
 */
@ConfigurationProperties("seedgate")
record ClipStoreSettings(@Nullable Path clipsFolder) {

    /** The folder; null where none is set, an empty variable counts as not set. */
    @Nullable Path folder() {
        return clipsFolder == null || clipsFolder.toString().isBlank() ? null : clipsFolder;
    }
}
