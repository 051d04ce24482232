package dev.seedgate.task.clip;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Spring configuration of the storage of copies: none, a folder or a bucket. */
@Configuration(proxyBeanMethods = false)
class ClipStoreConfiguration {

    @Bean
    @Nullable ClipStore clipStore(ClipStoreSettings settings) {
        Path folder = settings.folder();
        return folder == null ? null : new FolderStore(folder);
    }
}
