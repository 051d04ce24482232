package dev.seedgate.task.clip;

import static dev.seedgate.task.clip.ClipDeliveryTests.header;
import static dev.seedgate.task.clip.ClipDeliveryTests.succeeded;
import static dev.seedgate.task.clip.FakeMedia.CLIP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.media.MediaClient;
import dev.seedgate.vendor.media.MediaClients;
import dev.seedgate.vendor.media.MediaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/** Copies of clips in some storage: what holds for each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CopyTests {

    private static final String[] FAST = {
        "seedgate.clips-allow-internal=true",
        "seedgate.clips-max-size=1MB",
        "seedgate.clips-copy-interval=20ms",
        "seedgate.clips-copy-tries=3",
        "seedgate.clips-copy-back-off=20ms",
        "seedgate.clips-copy-max-back-off=200ms",
        "seedgate.clips-purge-interval=50ms"
    };

    private static final String SHA256 = HexFormat.of().formatHex(Sha256.of(CLIP));

    Path directory;

    private FakeVendor vendor;
    Storage storage;
    FakeMedia media;
    Gateway gateway;
    Team team;

    /** So far that the database's time is ahead; it goes forward only. */
    private Duration ahead = Duration.ZERO;

    abstract Storage open(Path directory);

    @BeforeAll
    void start(@TempDir Path files) {
        directory = files;
        vendor = FakeVendor.start();
        media = FakeMedia.start();
        storage = open(directory);
        gateway = Gateway.start(TestDatabase.create(), vendor, storage.settings(FAST));
        team = gateway.team();
    }

    @AfterAll
    void stop() {
        gateway.close();
        storage.close();
        media.close();
        vendor.close();
    }

    @BeforeEach
    void handOut() {
        media.on(FakeMedia::clip);
    }

    static String key(String task) {
        return "clips/%s/%s"
                .formatted(LocalDate.ofInstant(new TaskId(task).time(), ZoneOffset.UTC), task);
    }

    private String state(String task) {
        return column(task, "state");
    }

    String column(String task, String column) {
        return column(gateway, task, column);
    }

    private static String column(Gateway gateway, String task, String column) {
        return gateway.database()
                .text("select %s from clip_copy where task_id = '%s'".formatted(column, task));
    }

    void await(String task, String state) {
        await(gateway, task, "state", state);
    }

    void awaitAnswer(String task, String answer) {
        await(gateway, task, "last_answer", answer);
    }

    private static void await(Gateway gateway, String task, String column, String part) {
        Awaitility.await(task + " " + part)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> column(gateway, task, column).contains(part));
    }

    private String kept() {
        return kept(team);
    }

    private String kept(Team owner) {
        String task = succeeded(gateway, owner, media.url());
        await(task, "KEPT");
        return task;
    }

    private HttpResponse<byte[]> clip(String task, String... headers) {
        return ClipDeliveryTests.read(
                gateway, "GET", "/api/tasks/" + task + "/clip", team.key(), headers);
    }

    private void passes(Duration time) {
        ahead = ahead.plus(time);
        gateway.database().shiftTime(ahead);
    }

    @Test
    void outlivesTheVendorsLink() {
        String task = kept();
        assertThat(storage.find(key(task))).isEqualTo(CLIP);
        media.on(FakeMedia.status(403));
        int before = media.requests().size();
        HttpResponse<byte[]> answer = clip(task);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CLIP);
        assertThat(header(answer, "ETag")).isEqualTo('"' + SHA256 + '"');
        assertThat(header(answer, "Content-Type")).isEqualTo("video/mp4");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(answer, "Content-Disposition")).contains(task + ".mp4");
        assertThat(media.requests()).hasSize(before);
        // The vendor's own link stays what the team is told.
        assertThat(team.status(task).at("/response/0").asString()).isEqualTo(media.url());
        HttpResponse<byte[]> head =
                ClipDeliveryTests.read(gateway, "HEAD", "/api/tasks/" + task + "/clip", team.key());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo("" + CLIP.length);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-99, 0, 100",
        "bytes=199990-, 199990, 200000",
        "bytes=-10, 199990, 200000",
        "bytes=-300000, 0, 200000",
        "bytes=199990-999999, 199990, 200000"
    })
    void handsOutAPart(String range, int from, int to) {
        HttpResponse<byte[]> answer = clip(kept(), "Range", range);
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(CLIP, from, to));
        assertThat(header(answer, "Content-Range"))
                .isEqualTo("bytes %d-%d/200000".formatted(from, to - 1));
    }

    @Test
    void heedsConditions() {
        String task = kept();
        String etag = '"' + SHA256 + '"';
        for (String known : List.of(etag, "W/" + etag, "*", "\"other\", " + etag)) {
            HttpResponse<byte[]> answer = clip(task, "If-None-Match", known);
            assertThat(answer.statusCode()).as(known).isEqualTo(304);
            assertThat(header(answer, "ETag")).isEqualTo(etag);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(clip(task, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
        assertThat(clip(task, "Range", "bytes=0-9", "If-Range", etag).statusCode()).isEqualTo(206);
        assertThat(clip(task, "Range", "bytes=0-9", "If-Range", "\"other\"").statusCode())
                .isEqualTo(200);
        assertThat(clip(task, "Range", "bytes=0-9,20-29").body()).isEqualTo(CLIP);
        for (String beyond : List.of("bytes=200000-", "bytes=-0")) {
            HttpResponse<byte[]> none = clip(task, "Range", beyond);
            assertThat(none.statusCode()).as(beyond).isEqualTo(416);
            assertThat(header(none, "Content-Range")).isEqualTo("bytes */200000");
        }
    }

    @Test
    void showsAnOperatorWhatThereIs() {
        String task = kept();
        JsonNode copy = gateway.admin("GET", "/tasks/" + task, null).json().get("clip_copy");
        assertThat(copy.get("state").asString()).isEqualTo("KEPT");
        assertThat(copy.get("sha256").asString()).isEqualTo(SHA256);
        assertThat(copy.get("size").asLong()).isEqualTo(CLIP.length);
        assertThat(copy.get("key").asString()).isEqualTo(key(task));
        assertThat(copy.get("attempts").asInt()).isPositive();
        assertThat(copy.get("last_answer").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 410})
    void isLostWhenTheLinkStaysDead(int status) {
        media.on(FakeMedia.status(status));
        String task = succeeded(gateway, team, media.url());
        await(task, "LOST");
        assertThat(column(task, "attempts")).isEqualTo("3");
        assertThat(column(task, "last_answer")).isEqualTo("the vendor's link: HTTP " + status);
        assertThat(storage.find(key(task))).isNull();
        Answer answer = team.get("/api/tasks/" + task + "/clip");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("could not be copied");
    }

    @Test
    void isLostAtOnceWhenItIsTooLarge() {
        media.on(FakeMedia.typed("video/mp4", new byte[1_100_000]));
        String told = succeeded(gateway, team, media.url());
        await(told, "LOST");
        assertThat(column(told, "attempts")).isEqualTo("1");
        assertThat(column(told, "last_answer")).contains("more than 1048576 bytes");
        media.on((head, out) -> {
            out.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            out.write(new byte[1_100_000]);
        });
        String untold = succeeded(gateway, team, media.url());
        await(untold, "LOST");
        assertThat(column(untold, "last_answer")).contains("more than 1048576 bytes");
        assertThat(storage.find(key(untold))).isNull();
    }

    @Test
    void isKeptWhenItsLengthIsUntold() {
        media.on(FakeMedia::chunked);
        assertThat(storage.find(key(kept()))).isEqualTo(CLIP);
    }

    @Test
    void isTriedAgainWhileTheVendorFails() {
        media.on(FakeMedia.status(500));
        String task = succeeded(gateway, team, media.url());
        awaitAnswer(task, "HTTP 500");
        media.on(FakeMedia.truncated(150_000));
        awaitAnswer(task, "broke off after 150000 bytes");
        assertThat(storage.find(key(task))).isNull();
        assertThat(state(task)).isEqualTo("WANTED");
        media.on(FakeMedia::clip);
        await(task, "KEPT");
        assertThat(storage.find(key(task))).isEqualTo(CLIP);
    }

    /**
     * By a worker without a gateway, for one that keeps no copies: on a busy machine, a second is
     * not enough for the other tests.
     */
    @Test
    void isTriedAgainWhenTheVendorStallsOrDrips() throws IOException {
        MediaSettings impatient =
                new MediaSettings(
                        true,
                        DataSize.ofMegabytes(1),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1));
        Gateway keepsNone = Gateway.shared();
        String task = succeeded(keepsNone, keepsNone.team(), media.url());
        keepsNone
                .database()
                .execute(
                        "insert into clip_copy (task_id, team_id) select id, team_id from task where id = '"
                                + task
                                + "'");
        ClipCopies copies =
                new ClipCopies(
                        keepsNone.bean(JdbcClient.class),
                        gateway.bean(ClipCopySettings.class),
                        impatient,
                        store());
        media.on(media.stall());
        try (MediaClient client = MediaClients.of(impatient, keepsNone.bean(Endpoint.class));
                Worker _ = new Worker(copies, client)) {
            await(keepsNone, task, "last_answer", "broke off after 100 bytes");
            media.on(media.drip());
            Awaitility.await()
                    .until(() ->
                            column(keepsNone, task, "last_answer")
                                    .matches(".*broke off after 4\\d{4} .*"));
            assertThat(column(keepsNone, task, "state")).isEqualTo("WANTED");
            assertThat(storage.find(key(task))).isNull();
            media.on(FakeMedia::clip);
            await(keepsNone, task, "state", "KEPT");
            assertThat(storage.find(key(task))).isEqualTo(CLIP);
        }
    }

    /** What a replica that copies into this class's storage has more than other replicas. */
    private final class Worker implements AutoCloseable {

        private final Loops loops = new Loops(new SimpleMeterRegistry());
        private final ClipCopier copier;

        Worker(ClipCopies copies, MediaClient client) {
            ClipCopySettings settings = gateway.bean(ClipCopySettings.class);
            copier =
                    new ClipCopier(
                            copies, client, store(), settings, new SimpleMeterRegistry(), loops);
            loops.start();
        }

        @Override
        public void close() {
            loops.stop();
            Storage.run(copier::destroy);
        }
    }

    private ObjectProvider<ClipStore> store() {
        return new StaticListableBeanFactory(Map.of("store", gateway.bean(ClipStore.class)))
                .getBeanProvider(ClipStore.class);
    }

    @Test
    void losesNothingWhileTheStorageIsAway() {
        String before = kept();
        storage.away();
        List<String> tasks = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                tasks.add(succeeded(gateway, team, media.url()));
            }
            tasks.forEach(it -> awaitAnswer(it, "the storage: "));
            // The vendor's link still leads to what was kept; when it does not, nobody says that
            // the clip is gone.
            assertThat(clip(before).body()).isEqualTo(CLIP);
            media.on(FakeMedia.status(404));
            assertThat(clip(before).statusCode()).isEqualTo(503);
            media.on(FakeMedia::clip);
            passes(Duration.ofHours(1));
            tasks.forEach(it -> assertThat(state(it)).isEqualTo("WANTED"));
        } finally {
            storage.back();
        }
        for (String task : tasks) {
            await(task, "KEPT");
            assertThat(storage.find(key(task))).isEqualTo(CLIP);
        }
        assertThat(clip(before).body()).isEqualTo(CLIP);
    }

    /** A gateway was killed when the copy was there and not yet written down. */
    @Test
    void takesWhatATryBeforeHasPutThere() {
        media.on(FakeMedia.status(503));
        String task = succeeded(gateway, team, media.url());
        awaitAnswer(task, "HTTP 503");
        storage.put(key(task), CLIP);
        media.on(FakeMedia.status(404));
        await(task, "KEPT");
        assertThat(column(task, "encode(sha256, 'hex')")).isEqualTo(SHA256);
        assertThat(clip(task).body()).isEqualTo(CLIP);
    }

    /** What is there is never written over, and is told for what it is. */
    @Test
    void leavesWhatIsThereAsItIs() {
        byte[] other = FakeMedia.bytes(1000);
        String task = team.create("a clip");
        storage.put(key(task), other);
        gateway.vendor().finish(team.upstreamId(task), media.url());
        await(task, team);
        await(task, "KEPT");
        assertThat(storage.find(key(task))).isEqualTo(other);
        assertThat(column(task, "encode(sha256, 'hex')"))
                .isEqualTo(HexFormat.of().formatHex(Sha256.of(other)));
        assertThat(clip(task).body()).isEqualTo(other);
    }

    private static void await(String task, Team owner) {
        owner.await(task, "SUCCEEDED");
    }

    @Test
    void isDeletedWhenItsTimeIsOver() {
        String task = kept();
        passes(Duration.ofDays(89));
        String later = kept();
        passes(Duration.ofDays(2));
        await(task, "PURGED");
        assertThat(storage.find(key(task))).isNull();
        assertThat(state(later)).isEqualTo("KEPT");
        assertThat(storage.find(key(later))).isNotNull();
        HttpResponse<byte[]> vendors = clip(task);
        assertThat(vendors.body()).isEqualTo(CLIP);
        assertThat(header(vendors, "ETag")).isEmpty();
        media.on(FakeMedia.status(404));
        assertThat(team.get("/api/tasks/" + task + "/clip").body())
                .contains("deleted when its time was over");
    }

    /** Which counts for what is there already, too. */
    @Test
    void isDeletedAsItsTeamSays() {
        Team brief = gateway.team();
        String task = kept(brief);
        String others = kept();
        passes(Duration.ofDays(8));
        gateway.admin("PATCH", "/teams/" + brief.slug(), Json.of("clip_retention_days", 7));
        await(task, "PURGED");
        assertThat(storage.find(key(task))).isNull();
        assertThat(state(others)).isEqualTo("KEPT");
        assertThat(storage.find(key(others))).isNotNull();
    }

    @Test
    void fallsBackOnTheVendorForWhatIsMissing() {
        String task = kept();
        storage.delete(key(task));
        assertThat(clip(task).body()).isEqualTo(CLIP);
    }

    @Test
    void isMadeOnceByManyReplicas() {
        try (FakeMedia asked = FakeMedia.start();
                Worker _ =
                        new Worker(
                                gateway.bean(ClipCopies.class), gateway.bean(MediaClient.class))) {
            List<String> tasks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                tasks.add(succeeded(gateway, team, asked.url()));
            }
            tasks.forEach(it -> await(it, "KEPT"));
            assertThat(asked.requests()).hasSize(tasks.size());
        }
    }

    @Test
    void makesNoTeamWaitForAllOfAnothersClips() {
        try (FakeMedia slow = FakeMedia.start()) {
            slow.on(slow.stall());
            Team many = gateway.team();
            List<String> tasks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                tasks.add(succeeded(gateway, many, slow.url()));
            }
            String task = kept();
            assertThat(state(task)).isEqualTo("KEPT");
            // None of them was done before, and no more than four were under way.
            assertThat(tasks).allSatisfy(it -> assertThat(state(it)).isEqualTo("WANTED"));
            assertThat(
                            Integer.parseInt(
                                    gateway.database()
                                            .text(
                                                    "select count(*) from clip_copy where leased_until > gateway_now()")))
                    .isLessThanOrEqualTo(4);
            slow.on(FakeMedia::clip);
            slow.hangUp();
            tasks.forEach(it -> await(it, "KEPT"));
        }
    }
}
