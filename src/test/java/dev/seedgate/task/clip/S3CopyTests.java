package dev.seedgate.task.clip;

import static dev.seedgate.task.clip.ClipDeliveryTests.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.testing.FreePort;
import dev.seedgate.vendor.media.MediaSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Copies in a bucket. */
class S3CopyTests extends CopyTests {

    private static final String BUCKET = "clips-of-the-tests";
    private static final String ACCESS_KEY = "access-key-of-the-tests";
    private static final String SECRET_KEY = "secret-key-of-the-tests";

    private static final MediaSettings LIMITS =
            new MediaSettings(
                    false, DataSize.ofMegabytes(1), Duration.ofSeconds(1), Duration.ofSeconds(1));

    @Override
    Storage open(Path directory) {
        return new Bucket(directory);
    }

    @Test
    void waitsForTheRightKey() {
        Bucket bucket = (Bucket) storage;
        String task;
        bucket.away();
        bucket.backFor("another secret than the gateway's");
        try {
            task = succeeded(gateway, team, media.url());
            awaitAnswer(task, "HTTP 403");
            assertThat(column(task, "last_answer")).startsWith("the storage: HTTP 403");
            assertThat(column(task, "state")).isEqualTo("WANTED");
            // Nor does a gateway that starts meanwhile ask for more than settings.
            assertThat(
                            ClipStoreConfiguration.store(
                                    new ClipStoreSettings(
                                            null,
                                            BUCKET,
                                            bucket.endpoint(),
                                            "us-east-1",
                                            ACCESS_KEY,
                                            SECRET_KEY,
                                            null),
                                    LIMITS))
                    .isNotNull();
        } finally {
            bucket.away();
            bucket.back();
        }
        await(task, "KEPT");
        assertThat(bucket.find(column(task, "object_key"))).isEqualTo(FakeMedia.CLIP);
    }

    @ParameterizedTest
    @CsvSource({
        "'', secret, https://s3.example.org, SEEDGATE_CLIPS_S3_ACCESS_KEY",
        "access, ' ', https://s3.example.org, SEEDGATE_CLIPS_S3_SECRET_KEY",
        "access, secret, s3.example.org, SEEDGATE_CLIPS_S3_ENDPOINT",
        "access, secret, ftp://s3.example.org, SEEDGATE_CLIPS_S3_ENDPOINT"
    })
    void saysAtTheStartWhatIsMissing(
            String access, String secret, String endpoint, String variable) {
        ClipStoreSettings settings =
                new ClipStoreSettings(
                        null, "bucket", endpoint, "us-east-1", access, secret, Path.of(""));
        assertThatThrownBy(() -> ClipStoreConfiguration.store(settings, LIMITS))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(variable);
        assertThat(settings.toString()).doesNotContain("secret", "access");
    }

    @Test
    void takesOneStorageAlone() {
        ClipStoreSettings settings =
                new ClipStoreSettings(
                        Path.of("clips"), "bucket", null, "us-east-1", "access", "secret", null);
        assertThatThrownBy(() -> ClipStoreConfiguration.store(settings, LIMITS))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_CLIPS_FOLDER")
                .hasMessageContaining("SEEDGATE_CLIPS_S3_BUCKET");
    }

    /** A bucket of a real server in this process, on files. */
    private static final class Bucket implements Storage {

        private final Path files;
        private final int port;
        private final S3Client client;
        private S3Proxy server;

        Bucket(Path directory) {
            files = directory.resolve("s3");
            Storage.run(() -> java.nio.file.Files.createDirectories(files));
            port = FreePort.find();
            server = serve(SECRET_KEY);
            client =
                    S3Client.builder()
                            .httpClient(UrlConnectionHttpClient.create())
                            .region(Region.US_EAST_1)
                            .endpointOverride(URI.create(endpoint()))
                            .forcePathStyle(true)
                            .credentialsProvider(
                                    StaticCredentialsProvider.create(
                                            AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                            .build();
            client.createBucket(create -> create.bucket(BUCKET));
        }

        private String endpoint() {
            return "http://127.0.0.1:" + port;
        }

        private S3Proxy serve(String secret) {
            S3Proxy proxy =
                    S3Proxy.builder()
                            .blobStore(new FilesystemNio2BlobStore(files.toString()))
                            .endpoint(URI.create(endpoint()))
                            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, secret)
                            .build();
            Storage.run(proxy::start);
            return proxy;
        }

        @Override
        public String[] settings() {
            return new String[] {
                "seedgate.clips-s3-bucket=" + BUCKET,
                "seedgate.clips-s3-endpoint=" + endpoint(),
                "seedgate.clips-s3-access-key=" + ACCESS_KEY,
                "seedgate.clips-s3-secret-key=" + SECRET_KEY
            };
        }

        @Override
        public byte @Nullable [] find(String key) {
            try {
                return client.getObjectAsBytes(get -> get.bucket(BUCKET).key(key)).asByteArray();
            } catch (NoSuchKeyException e) {
                return null;
            }
        }

        @Override
        public void put(String key, byte[] bytes) {
            client.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
        }

        @Override
        public void delete(String key) {
            client.deleteObject(delete -> delete.bucket(BUCKET).key(key));
        }

        @Override
        public void away() {
            Storage.run(server::stop);
        }

        @Override
        public void back() {
            backFor(SECRET_KEY);
        }

        /** It can be reached again, by those who have this secret. */
        void backFor(String secret) {
            server = serve(secret);
        }

        @Override
        public void close() {
            client.close();
            Storage.run(server::stop);
        }
    }
}
