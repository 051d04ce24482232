package dev.seedgate.task.clip;

import static dev.seedgate.task.clip.FakeMedia.CLIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clips passed on from where the vendor's links lead. */
class ClipDeliveryTests {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FakeVendor vendor;
    private static FakeMedia media;
    private static Gateway gateway;
    private static Team team;
    private static String task;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        media = FakeMedia.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.clips-allow-internal=true",
                        "seedgate.clips-max-size=1MB",
                        "seedgate.clips-max-streams=3",
                        "seedgate.clips-team-max-streams=2",
                        "seedgate.public-url=https://video.example.org",
                        "seedgate.clips-link-lifetime=10m");
        team = gateway.team();
        task = succeeded(gateway, team, media.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        media.close();
        vendor.close();
    }

    @BeforeEach
    void handOut() {
        media.on(FakeMedia::clip);
    }

    static String succeeded(Gateway gateway, Team team, String url) {
        String task = team.create("a clip");
        gateway.vendor().finish(team.upstreamId(task), url);
        team.await(task, "SUCCEEDED");
        return task;
    }

    static HttpResponse<byte[]> read(
            Gateway gateway, String method, String path, String key, String... headers) {
        HttpRequest.Builder request =
                gateway.request(path).method(method, HttpRequest.BodyPublishers.noBody());
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<byte[]> clip(String... headers) {
        return read(gateway, "GET", "/api/tasks/" + task + "/clip", team.key(), headers);
    }

    static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Test
    void passesTheClipOn() {
        HttpResponse<byte[]> answer = clip();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CLIP);
        assertThat(header(answer, "Content-Type")).isEqualTo("video/mp4");
        assertThat(header(answer, "Content-Length")).isEqualTo("" + CLIP.length);
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Content-Disposition"))
                .isEqualTo("inline; filename=\"" + task + ".mp4\"");
        assertThat(header(answer, "Cache-Control")).isEqualTo("private, no-cache");
        assertThat(header(answer, "X-Request-Id")).isNotEmpty();
    }

    @Test
    void tellsOfTheClipWithoutItsBytes() {
        HttpResponse<byte[]> answer =
                read(gateway, "HEAD", "/api/tasks/" + task + "/clip", team.key());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Length")).isEqualTo("" + CLIP.length);
        assertThat(answer.body()).isEmpty();
        // Links are often signed for one method.
        assertThat(media.requests().getLast()).startsWith("get ");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-99, 0, 100",
        "bytes=199990-, 199990, 200000",
        "bytes=-10, 199990, 200000",
        "bytes=199990-999999, 199990, 200000"
    })
    void passesAPartOn(String range, int from, int to) {
        HttpResponse<byte[]> answer = clip("Range", range);
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(CLIP, from, to));
        assertThat(header(answer, "Content-Range"))
                .isEqualTo("bytes %d-%d/200000".formatted(from, to - 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=0-9,20-29",
                "bytes=9-1",
                "pages=1-2",
                "bytes=a-b",
                "bytes=",
                "nothing"
            })
    void sendsAllWhenNoOnePartIsAskedFor(String range) {
        HttpResponse<byte[]> answer = clip("Range", range);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CLIP);
    }

    @Test
    void saysThatThereIsNoSuchPart() {
        HttpResponse<byte[]> answer = clip("Range", "bytes=200000-");
        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(header(answer, "Content-Range")).isEqualTo("bytes */200000");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .contains("RANGE_NOT_SATISFIABLE");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 410})
    void saysThatTheLinkIsDead(int status) {
        media.on(FakeMedia.status(status));
        Answer answer = team.get("/api/tasks/" + task + "/clip");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.error()).isEqualTo("NOT_FOUND");
        assertThat(answer.body()).contains("HTTP " + status, "no copy").doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429})
    void saysThatTheVendorIsAway(int status) {
        media.on(FakeMedia.status(status));
        Answer answer = team.get("/api/tasks/" + task + "/clip");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error()).isEqualTo("UPSTREAM_UNAVAILABLE");
        assertThat(answer.header("Retry-After")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/json", "image/png", "video/", "video/<b>"})
    void passesNothingOnButVideos(String type) {
        media.on(FakeMedia.typed(type, CLIP));
        assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"binary/octet-stream, video/mp4", "video/WebM; codecs=vp9, video/webm"})
    void namesItsTypePlainly(String said, String shown) {
        media.on(FakeMedia.typed(said, CLIP));
        HttpResponse<byte[]> answer = clip();
        assertThat(answer.body()).isEqualTo(CLIP);
        assertThat(header(answer, "Content-Type")).isEqualTo(shown);
    }

    @Test
    void passesAClipOfUntoldLengthOn() {
        media.on(FakeMedia::chunked);
        HttpResponse<byte[]> answer = clip();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CLIP);
    }

    @Test
    void refusesOneThatIsTooLarge() {
        media.on(FakeMedia.typed("video/mp4", new byte[1_100_000]));
        assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(503);
    }

    /** Half a clip must not look like a whole one. */
    @Test
    void breaksOffWhatBreaksOff() {
        media.on(FakeMedia.truncated(150_000));
        assertThatThrownBy(ClipDeliveryTests::clip).hasRootCauseInstanceOf(IOException.class);
        media.on(FakeMedia.truncated(0));
        assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(503);
    }

    /** By a gateway of its own: on a busy machine, half a second is not enough for the others. */
    @Test
    void waitsNeitherForTheSilentNorForWhatStallsOrDrips() {
        try (Gateway impatient =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.clips-allow-internal=true",
                        "seedgate.clips-response-timeout=500ms",
                        "seedgate.clips-transfer-timeout=1s")) {
            Team its = impatient.team();
            String path = "/api/tasks/" + succeeded(impatient, its, media.url()) + "/clip";
            media.on(media.silent());
            assertThat(its.get(path).status()).isEqualTo(503);
            for (FakeMedia.Reaction slow : List.of(media.stall(), media.drip())) {
                media.on(slow);
                assertThatThrownBy(() -> read(impatient, "GET", path, its.key()))
                        .hasRootCauseInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void followsARedirectAndNotARing() {
        try (FakeMedia other = FakeMedia.start()) {
            media.on(FakeMedia.redirect(other.url()));
            assertThat(clip().body()).isEqualTo(CLIP);
            other.on(FakeMedia.redirect(media.url()));
            assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(404);
            other.on(FakeMedia.redirect("ftp://127.0.0.1/clip.mp4"));
            assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(404);
        }
    }

    @Test
    void hasNoneOfATaskThatHasNone() {
        String running = team.create("still running");
        team.upstreamId(running);
        Answer answer = team.get("/api/tasks/" + running + "/clip");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("RENDERING");
        gateway.vendor().fail(team.upstreamId(running), "broken");
        team.await(running, "FAILED");
        assertThat(team.get("/api/tasks/" + running + "/clip").body()).contains("it failed");
        assertThat(team.get("/api/tasks/nonsense/clip").error()).isEqualTo("INVALID_TASK_ID");
        assertThat(gateway.call("POST", "/api/tasks/" + running + "/clip/link", team.key(), null))
                .extracting(Answer::status)
                .isEqualTo(404);
    }

    @Test
    void boundsHowManyAreReadAtOnce() throws IOException, InterruptedException {
        Team another = gateway.team();
        try (FakeMedia slow = FakeMedia.start()) {
            String anothers = succeeded(gateway, another, slow.url());
            String ours = succeeded(gateway, team, slow.url());
            slow.on(slow.drip());
            try (InputStream _ = begin(ours, team);
                    InputStream _ = begin(ours, team)) {
                Answer third = team.get("/api/tasks/" + task + "/clip");
                assertThat(third.error()).isEqualTo("TEAM_RATE_LIMITED");
                assertThat(third.header("Retry-After")).isNotNull();
                try (InputStream _ = begin(anothers, another)) {
                    assertThat(another.get("/api/tasks/" + anothers + "/clip").error())
                            .isEqualTo("OVERLOADED");
                }
            }
        }
        // What has ended gave its place back.
        org.awaitility.Awaitility.await()
                .until(() -> team.get("/api/tasks/" + task + "/clip").status() == 200);
    }

    private static InputStream begin(String task, Team team)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                HTTP.send(
                        gateway.request("/api/tasks/" + task + "/clip")
                                .header("Authorization", "Bearer " + team.key())
                                .build(),
                        BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void opensItByALinkForAWhile() {
        Answer made = gateway.call("POST", "/api/tasks/" + task + "/clip/link", team.key(), null);
        assertThat(made.status()).isEqualTo(200);
        URI url = URI.create(made.data().get("url").stringValue());
        String link = url.getRawPath() + "?" + url.getRawQuery();
        HttpResponse<byte[]> part = read(gateway, "GET", link, "", "Range", "bytes=0-99");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOf(CLIP, 100));
        assertThat(read(gateway, "HEAD", link, "").statusCode()).isEqualTo(200);
        assertThat(header(part, "Content-Security-Policy")).contains("media-src 'self'");

        Matcher expires = Pattern.compile("expires=(\\d+)").matcher(link);
        assertThat(expires.find()).isTrue();
        long later = Long.parseLong(expires.group(1)) + 1;
        for (String forged :
                new String[] {
                    link.replace(expires.group(1), "" + later),
                    link.replace(task, task.substring(0, task.length() - 2) + "zz"),
                    link.substring(0, link.length() - 1),
                    url.getRawPath(),
                    "/clips/nonsense"
                }) {
            assertThat(read(gateway, "GET", forged, "").statusCode()).as(forged).isEqualTo(404);
        }
    }

    @Test
    void endsALinkByTheDatabasesClock() {
        Answer made = gateway.call("POST", "/api/tasks/" + task + "/clip/link", team.key(), null);
        String url = made.data().get("url").stringValue();
        assertThat(url).startsWith("https://video.example.org/clips/" + task);
        String link = url.substring("https://video.example.org".length());
        gateway.database().shiftTime(Duration.ofMinutes(9));
        assertThat(read(gateway, "GET", link, "").statusCode()).isEqualTo(200);
        gateway.database().shiftTime(Duration.ofMinutes(11));
        assertThat(read(gateway, "GET", link, "").statusCode()).isEqualTo(404);
    }

    @Test
    void goesToNoInternalAddress() {
        Gateway guarded = Gateway.shared();
        Team readers = guarded.team();
        int before = media.requests().size();
        for (String url :
                new String[] {
                    media.url(),
                    media.url().replace("http:", "https:"),
                    "https://localhost/clip.mp4",
                    "https://169.254.169.254/latest/clip.mp4",
                    "https://user@example.org/clip.mp4"
                }) {
            String clip = succeeded(guarded, readers, url);
            Answer answer = readers.get("/api/tasks/" + clip + "/clip");
            assertThat(answer.status()).as(url).isEqualTo(404);
        }
        assertThat(media.requests()).hasSize(before);
    }
}
