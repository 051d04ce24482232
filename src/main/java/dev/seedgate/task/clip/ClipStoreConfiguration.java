package dev.seedgate.task.clip;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.vendor.media.MediaSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Spring configuration of the storage of copies: none, a folder or a bucket. */
@Configuration(proxyBeanMethods = false)
class ClipStoreConfiguration {

    @Bean
    @Nullable ClipStore clipStore(ClipStoreSettings settings, MediaSettings limits) {
        return store(settings, limits);
    }

    static @Nullable ClipStore store(ClipStoreSettings settings, MediaSettings limits) {
        Path folder = settings.folder();
        String bucket = settings.bucket();
        if (folder != null && bucket != null) {
            throw new StartupException(
                    "Both SEEDGATE_CLIPS_FOLDER and SEEDGATE_CLIPS_S3_BUCKET are set: remove one of them.");
        }
        if (folder != null) {
            return new FolderStore(folder);
        }
        return bucket == null ? null : new S3Store(bucket, settings, limits);
    }
}
