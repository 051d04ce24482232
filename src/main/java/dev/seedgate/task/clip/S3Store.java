package dev.seedgate.task.clip;

import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.vendor.media.MediaSettings;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Storage in a bucket of what speaks S3. A put is refused by the storage where there is an object
 * already, and makes none unless all its bytes came.
 */
final class S3Store implements ClipStore {

    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private final String bucket;
    private final S3Client client;

    S3Store(String bucket, ClipStoreSettings settings, MediaSettings limits) {
        this.bucket = bucket;
        String access = required(settings.clipsS3AccessKey(), "SEEDGATE_CLIPS_S3_ACCESS_KEY");
        Supplier<String> secret = secret(settings);
        String endpoint = ClipStoreSettings.text(settings.clipsS3Endpoint());
        S3ClientBuilder builder =
                S3Client.builder()
                        .httpClient(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(limits.clipsResponseTimeout())
                                        .socketTimeout(limits.clipsResponseTimeout())
                                        .build())
                        .region(Region.of(settings.clipsS3Region().strip()))
                        .credentialsProvider(() -> AwsBasicCredentials.create(access, secret.get()))
                        // What is not Amazon's often has neither names for buckets nor trailing
                        // checksums.
                        .forcePathStyle(endpoint != null)
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .serviceConfiguration(s3 -> s3.expectContinueEnabled(false))
                        .overrideConfiguration(override ->
                                override
                                        // A stream can't be sent twice; a copy has tries of its
                                        // own.
                                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                                        .apiCallTimeout(limits.clipsTransferTimeout())
                                        // Nothing but the gateway's own settings counts.
                                        .defaultProfileFile(ProfileFile.aggregator().build()));
        if (endpoint != null) {
            builder.endpointOverride(address(endpoint));
        }
        client = builder.build();
    }

    private static String required(@Nullable String setting, String variable) {
        String text = ClipStoreSettings.text(setting);
        if (text == null) {
            throw new StartupException(
                    variable + " is missing; SEEDGATE_CLIPS_S3_BUCKET needs it.");
        }
        return text;
    }

    private static Supplier<String> secret(ClipStoreSettings settings) {
        Path file = settings.clipsS3SecretKeyFile();
        if (file != null && !file.toString().isBlank()) {
            return SecretFile.open(
                            "SEEDGATE_CLIPS_S3_SECRET_KEY_FILE",
                            file,
                            text -> required(text, "The key in SEEDGATE_CLIPS_S3_SECRET_KEY_FILE"))
                    ::value;
        }
        String fixed =
                required(
                        settings.clipsS3SecretKey(),
                        "SEEDGATE_CLIPS_S3_SECRET_KEY (or SEEDGATE_CLIPS_S3_SECRET_KEY_FILE)");
        return () -> fixed;
    }

    private static URI address(String endpoint) {
        try {
            URI uri = new URI(endpoint);
            boolean http =
                    "https".equalsIgnoreCase(uri.getScheme())
                            || "http".equalsIgnoreCase(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // Said below.
        }
        throw new StartupException(
                "SEEDGATE_CLIPS_S3_ENDPOINT must be an http or https URL with a host, such as https://s3.example.org.");
    }

    @Override
    public boolean put(String key, String type, long length, InputStream bytes) throws IOException {
        try {
            client.putObject(
                    put -> put.bucket(bucket).key(key).contentType(type).ifNoneMatch("*"),
                    RequestBody.fromInputStream(bytes, length));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
                return false;
            }
            throw failure(e);
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        try {
            Long size = client.headObject(head -> head.bucket(bucket).key(key)).contentLength();
            return size == null ? OptionalLong.empty() : OptionalLong.of(size);
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return OptionalLong.empty();
            }
            throw failure(e);
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    @Override
    public InputStream read(String key, long from, long length) throws IOException {
        String range = "bytes=%d-%d".formatted(from, from + length - 1);
        try {
            ResponseInputStream<GetObjectResponse> object =
                    client.getObject(get -> get.bucket(bucket).key(key).range(range));
            if (from > 0 && object.response().contentRange() == null) {
                object.abort();
                throw new IOException("the storage knows no ranges");
            }
            return new FilterInputStream(object) {
                @Override
                public int read(byte[] buffer, int offset, int most) throws IOException {
                    try {
                        return super.read(buffer, offset, most);
                    } catch (SdkException e) {
                        throw failure(e);
                    }
                }

                @Override
                public void close() {
                    // Not read to its end first.
                    object.abort();
                }
            };
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                throw new NoSuchFileException(key);
            }
            throw failure(e);
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    /** In the storage's own words, or how it could not be reached; never with what was sent. */
    private static IOException failure(SdkException e) {
        if (e instanceof S3Exception answer) {
            // A HEAD has no body to say more in.
            String code =
                    answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
            return new IOException(
                    "HTTP " + answer.statusCode() + (code == null ? "" : " " + code), e);
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new IOException("no answer: " + cause.getClass().getSimpleName(), e);
    }

    @Override
    public void close() {
        client.close();
    }
}
