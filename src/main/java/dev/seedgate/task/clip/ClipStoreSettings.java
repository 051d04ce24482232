package dev.seedgate.task.clip;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where copies of clips go; without a folder or a bucket there are none.
 *
 * @param clipsFolder that all replicas share
 * @param clipsS3Bucket of a storage that speaks S3
 * @param clipsS3Endpoint its address; without one it is Amazon's
 * @param clipsS3Region as its signatures want it; most of those that are not Amazon's take any
 * @param clipsS3AccessKey to write, read and delete in the bucket
 * @param clipsS3SecretKey that goes with it
 * @param clipsS3SecretKeyFile a file that holds it instead; read again when it changes
 */
@ConfigurationProperties("seedgate")
record ClipStoreSettings(
        @Nullable Path clipsFolder,
        @Nullable String clipsS3Bucket,
        @Nullable String clipsS3Endpoint,
        @DefaultValue("us-east-1") String clipsS3Region,
        @Nullable String clipsS3AccessKey,
        @Nullable String clipsS3SecretKey,
        @Nullable Path clipsS3SecretKeyFile) {

    /** The folder; null where none is set, an empty variable counts as not set. */
    @Nullable Path folder() {
        return clipsFolder == null || clipsFolder.toString().isBlank() ? null : clipsFolder;
    }

    /** The bucket; null likewise. */
    @Nullable String bucket() {
        return text(clipsS3Bucket);
    }

    static @Nullable String text(@Nullable String setting) {
        return setting == null || setting.isBlank() ? null : setting.strip();
    }

    /** Redacted, because a settings object ends up in messages. */
    @Override
    public String toString() {
        return "ClipStoreSettings[clipsFolder="
                + clipsFolder
                + ", clipsS3Bucket="
                + clipsS3Bucket
                + "]";
    }
}
