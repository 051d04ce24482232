package dev.seedgate.task.view;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.INVALID_TASK_ID;
import static dev.seedgate.platform.values.ErrorCode.TASK_NOT_FOUND;
import static dev.seedgate.platform.values.ErrorCode.TEAM_RATE_LIMITED;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamAuthenticator;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskMoved;
import dev.seedgate.task.wait.TaskWaiters;
import dev.seedgate.task.wait.TaskWatch;
import dev.seedgate.task.wait.WaitSettings;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Teams that wait for their tasks to end, and that follow them. */
@Timeout(60)
class WaitTests {

    private static final String CLIP = "https://cdn.example.com/clip.mp4";
    private static final String UNKNOWN = "sd15p_0000000000000000000000";
    private static final int STREAMS = 3;
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FakeVendor vendor;
    private static Gateway gateway;
    private static Team team;

    @BeforeAll
    static void start() {
        vendor = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        vendor,
                        "seedgate.wait-max-concurrent-per-key=20",
                        "seedgate.stream-max-concurrent-per-key=" + STREAMS,
                        "seedgate.stream-comment=50ms");
        team = gateway.team();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vendor.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void aStatusCallAnswersWhenTheTaskHasEnded(String method) {
        String task = team.create("waited for");
        String upstreamId = team.upstreamId(task);
        CompletableFuture<Answer> byHeader =
                call(method, "/api/status?task_id=" + task, "Prefer", "wait=50");
        CompletableFuture<Answer> byQuery =
                call(method, "/api/status?task_id=" + task + "&wait=100", "Prefer", "wait=1");
        Awaitility.await().until(() -> waiting("call") == 2);
        vendor.finish(upstreamId, CLIP);
        assertThat(byHeader.join()).hasStatus(200).hasHeader("Preference-Applied", "wait=50");
        assertThat(byHeader.join().data()).has("status", "SUCCESS");
        assertThat(byQuery.join()).hasStatus(200).hasHeader("Preference-Applied", "wait=60");
        assertThat(byQuery.join().data()).isEqualTo(byHeader.join().data());
    }

    @Test
    void aStatusCallAnswersAsEverWhenTheTimeIsUp() {
        String task = team.create("not in time");
        team.upstreamId(task);
        Answer plain = team.get("/api/status?task_id=" + task);
        assertThat(plain).hasNoHeader("Preference-Applied");
        for (String wait : List.of("0", "1")) {
            Answer waited = team.get("/api/status?wait=" + wait + "&task_id=" + task);
            assertThat(waited).hasStatus(200).hasHeader("Preference-Applied", "wait=" + wait);
            assertThat(waited.body()).isEqualTo(plain.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "1.5", "5s", "%20", "1&wait=2"})
    void refusesAMalformedParameterAndIgnoresAMalformedHeader(String wait) {
        String task = team.create("malformed");
        String path = "/api/status?task_id=" + task;
        for (String method : List.of("GET", "POST")) {
            Answer refused = gateway.call(method, path + "&wait=" + wait, team.key(), null);
            assertThat(refused).hasStatus(400).hasError(INVALID_REQUEST).says("wait must be");
            Answer ignored =
                    gateway.call(method, path, team.key(), null, "Prefer", "wait=" + wait + "?");
            assertThat(ignored).hasStatus(200).hasNoHeader("Preference-Applied");
        }
    }

    @Test
    void aCreateAnswersTheSameWhenTheTaskHasEnded() {
        String[] headers = {"Prefer", "respond-async, wait=50", "Idempotency-Key", "waited"};
        CompletableFuture<Answer> create =
                CompletableFuture.supplyAsync(
                        () -> team.generate("created and waited for", headers), THREADS);
        Awaitility.await().until(() -> waiting("call") == 1);
        String task = team.get("/api/tasks?limit=1").data().at("/items/0/task_id").asString();
        CompletableFuture<Answer> replay =
                CompletableFuture.supplyAsync(
                        () -> team.generate("created and waited for", headers), THREADS);
        Awaitility.await().until(() -> waiting("call") == 2);
        vendor.finish(team.upstreamId(task), CLIP);
        String body =
                "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"" + task + "\"}}";
        assertThat(create.join())
                .hasStatus(200)
                .hasHeader("Preference-Applied", "wait=50")
                .hasHeader("X-Credits-Charged", "65")
                .hasNoHeader("Idempotent-Replayed");
        assertThat(create.join().body()).isEqualTo(body);
        Answer afterwards = team.generate("created and waited for", headers);
        for (Answer again : List.of(replay.join(), afterwards)) {
            assertThat(again)
                    .hasStatus(200)
                    .hasHeader("Preference-Applied", "wait=50")
                    .hasHeader("Idempotent-Replayed", "true");
            assertThat(again.body()).isEqualTo(body);
        }
        assertThat(team.generate("refused", "Prefer", "wait=50", "X-Project", " "))
                .hasStatus(400)
                .hasNoHeader("Preference-Applied");
    }

    @Test
    void whoWaitsHoldsNoConnectionAndIsBoundedForAKey() {
        String task = team.create("waited for by many");
        String upstreamId = team.upstreamId(task);
        String path = "/api/status?task_id=" + task;
        List<CompletableFuture<Answer>> waits =
                IntStream.range(0, 20)
                        .mapToObj(_ -> call("GET", path, "Prefer", "wait=50"))
                        .toList();
        Awaitility.await().until(() -> waiting("call") == 20);
        // With a connection each, none of the 8 would ever be free.
        Awaitility.await().until(() -> connections("hikaricp.connections.active") == 0);
        Answer oneMore = call("GET", path, "Prefer", "wait=50").join();
        assertThat(oneMore).hasStatus(200).hasNoHeader("Preference-Applied");
        assertThat(oneMore.data()).has("status", "IN_PROGRESS");
        vendor.finish(upstreamId, CLIP);
        assertThat(waits).allSatisfy(it -> assertThat(it.join().data()).has("status", "SUCCESS"));
    }

    @Test
    void aStopAnswersAllThatWaitAndEndsTheStreams() throws Exception {
        String task = team.create("stopped");
        team.upstreamId(task);
        CompletableFuture<Answer> wait =
                call("GET", "/api/status?task_id=" + task, "Prefer", "wait=50");
        CompletableFuture<Answer> create =
                CompletableFuture.supplyAsync(
                        () -> team.generate("stopped", "Prefer", "wait=50"), THREADS);
        try (Stream stream = new Stream(task, null)) {
            Awaitility.await().until(() -> waiting("call") == 2 && waiting("stream") == 1);
            gateway.bean(TaskWaiters.class).stop();
            assertThat(wait.join()).hasStatus(200).hasNoHeader("Preference-Applied");
            assertThat(wait.join().data()).has("status", "IN_PROGRESS");
            assertThat(create.join()).hasStatus(200).hasNoHeader("Preference-Applied");
            stream.readToItsEnd();
            assertThat(stream.lastPhase()).isEqualTo("RENDERING");
        } finally {
            gateway.bean(TaskWaiters.class).start();
        }
    }

    @Test
    void aCommitWakesWhoWaitsHereAndARollbackNobody() {
        ApplicationEventMulticaster events =
                gateway.bean("applicationEventMulticaster", ApplicationEventMulticaster.class);
        TransactionTemplate transaction =
                new TransactionTemplate(gateway.bean(PlatformTransactionManager.class));
        // No look into the database finds anything of this one.
        TaskMoved move = new TaskMoved(new TaskId(UNKNOWN), Phase.RENDERING);
        ApplicationEvent event = new PayloadApplicationEvent<>(this, move);
        try (TaskWatch watch = gateway.bean(TaskWaiters.class).openStream(move.task(), 0)) {
            transaction.executeWithoutResult(status -> {
                events.multicastEvent(event);
                status.setRollbackOnly();
            });
            assertThat(watch.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.NONE);
            transaction.executeWithoutResult(_ -> {
                events.multicastEvent(event);
                assertThat(watch.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.NONE);
            });
            assertThat(watch.awaitNews(Duration.ZERO)).isEqualTo(TaskWatch.News.MOVED);
        }
    }

    @Test
    void everyMoveOfATaskIsPublished() {
        List<TaskMoved> moves = Collections.synchronizedList(new ArrayList<>());
        ApplicationListener<PayloadApplicationEvent<?>> listener =
                event -> {
                    if (event.getPayload() instanceof TaskMoved move) {
                        moves.add(move);
                    }
                };
        gateway.bean("applicationEventMulticaster", ApplicationEventMulticaster.class)
                .addApplicationListener(listener);
        String task = team.create("its moves are told");
        vendor.finish(team.upstreamId(task), CLIP);
        team.await(task, "SUCCEEDED");
        assertThat(List.copyOf(moves))
                .filteredOn(it -> it.task().value().equals(task))
                .extracting(TaskMoved::phase)
                .containsExactly(Phase.SUBMITTING, Phase.RENDERING, Phase.SUCCEEDED);
    }

    @Test
    void aStreamTellsEachPhaseUntilTheEnd() throws Exception {
        String task = team.create("followed");
        try (Stream stream = new Stream(task, null)) {
            assertThat(stream.response.statusCode()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            vendor.finish(team.upstreamId(task), CLIP);
            stream.readToItsEnd();
            List<Event> events = stream.events;
            assertThat(events).extracting(Event::name).containsOnly("phase");
            assertThat(events).extracting(Event::id).isSorted().doesNotHaveDuplicates();
            List<String> phases = events.stream().map(Event::phase).toList();
            List<String> all = List.of("QUEUED", "SUBMITTING", "RENDERING", "SUCCEEDED");
            assertThat(phases)
                    .as("from where the task was, without a gap")
                    .isEqualTo(all.subList(all.indexOf(phases.getFirst()), all.size()));
            assertThat(events.getLast().data()).isEqualTo(team.get("/api/tasks/" + task).data());
            Event rendering = events.get(events.size() - 2);
            assertThat(rendering.data())
                    .has("status", "IN_PROGRESS")
                    .hasNull("response")
                    .has("consumed_credits", 65);
            assertThat(rendering.data().get("timeline")).hasSize(3);
        }
        // What came after an event, the first of all too.
        for (List<Object> row :
                List.of(
                        List.<Object>of("QUEUED", List.of("SUBMITTING", "RENDERING", "SUCCEEDED")),
                        List.<Object>of("RENDERING", List.of("SUCCEEDED")))) {
            String phase = (String) row.getFirst();
            try (Stream again = new Stream(task, idOf(task, phase))) {
                again.readToItsEnd();
                assertThat(again.events).extracting(Event::phase).isEqualTo(row.getLast());
            }
        }
        try (Stream over = new Stream(task, idOf(task, "SUCCEEDED"))) {
            assertThat(over.response.statusCode()).isEqualTo(204);
        }
        for (String other : List.of("x", "-1", "9".repeat(18), "9".repeat(40), "")) {
            try (Stream fresh = new Stream(task, other)) {
                fresh.readToItsEnd();
                assertThat(fresh.events).extracting(Event::phase).containsExactly("SUCCEEDED");
            }
        }
    }

    private static String idOf(String task, String phase) {
        return phase.equals("QUEUED")
                ? "0"
                : gateway.database()
                        .text(
                                "select min(id) from task_event where task_id = '%s' and phase = '%s'"
                                        .formatted(task, phase));
    }

    @Test
    void aStreamOfAFailureDoesNotTellItBefore() throws Exception {
        String task = team.create("fails");
        vendor.fail(team.upstreamId(task), "no");
        team.await(task, "FAILED");
        try (Stream stream = new Stream(task, "0")) {
            stream.readToItsEnd();
            assertThat(stream.events)
                    .extracting(it -> it.data().get("consumed_credits").intValue())
                    .containsExactly(65, 65, 0);
            assertThat(stream.events)
                    .extracting(it -> it.data().get("error_message").asString("none"))
                    .containsExactly("none", "none", "no");
        }
    }

    @Test
    void streamsAreRefusedLikeReadsAndBoundedForAKey() throws Exception {
        String task = team.create("followed by many");
        team.upstreamId(task);
        String path = "/api/tasks/" + task + "/events";
        Team other = gateway.team();
        assertThat(other.get(path)).hasStatus(404).hasError(TASK_NOT_FOUND);
        assertThat(team.get("/api/tasks/" + UNKNOWN + "/events"))
                .hasStatus(404)
                .hasError(TASK_NOT_FOUND);
        assertThat(team.get("/api/tasks/x/events")).hasStatus(400).hasError(INVALID_TASK_ID);
        assertThat(gateway.call("HEAD", path, team.key(), null))
                .hasStatus(200)
                .hasHeader("Content-Type", "text/event-stream");
        List<Stream> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(new Stream(task, null));
        }
        Awaitility.await().until(() -> waiting("stream") == STREAMS);
        Awaitility.await().until(() -> connections("hikaricp.connections.active") == 0);
        assertThat(team.get(path))
                .hasStatus(429)
                .hasError(TEAM_RATE_LIMITED)
                .hasHeader("Retry-After", "10");
        for (Stream stream : streams) {
            stream.close();
        }
        // Whoever has gone is noticed at the next comment.
        Awaitility.await().until(() -> waiting("stream") == 0);
    }

    @Test
    void aStreamEndsWithItsKey() throws Exception {
        Team own = gateway.team();
        String task = own.create("followed with a key that is revoked");
        own.upstreamId(task);
        try (Stream stream = new Stream(own, task, null)) {
            stream.awaitComment();
            long id =
                    gateway.admin("GET", "/teams/" + own.slug() + "/keys", null)
                            .json()
                            .at("/items/0/id")
                            .asLong();
            gateway.admin("DELETE", "/teams/" + own.slug() + "/keys/" + id, null);
            stream.readToItsEnd();
            assertThat(stream.lastPhase()).isEqualTo("RENDERING");
        }
    }

    @Test
    void aStreamEndsByItself() throws Exception {
        String task = team.create("followed for long");
        team.upstreamId(task);
        AuthenticatedTeam caller =
                gateway.bean(TeamAuthenticator.class).authenticate(team.key()).orElseThrow();
        TaskStreamController brief =
                new TaskStreamController(
                        gateway.bean(TaskHistory.class),
                        gateway.bean(TaskWaiters.class),
                        gateway.bean(SandboxUrlRewriter.class),
                        gateway.bean(TeamAuthenticator.class),
                        gateway.bean(JsonMapper.class),
                        new WaitSettings(
                                Duration.ZERO,
                                0,
                                0,
                                0,
                                0,
                                Duration.ofMillis(10),
                                Duration.ofMillis(10)));
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader("Authorization", "Bearer " + team.key());
        MockHttpServletResponse response = new MockHttpServletResponse();
        brief.events(caller, task, request, response);
        assertThat(response.getContentAsString(StandardCharsets.UTF_8))
                .startsWith("id: ")
                .containsOnlyOnce("\"phase\":\"RENDERING\",\"project\"");
    }

    private static CompletableFuture<Answer> call(String method, String path, String... headers) {
        String body = method.equals("POST") ? Json.of("more", 1) : null;
        return CompletableFuture.supplyAsync(
                () -> gateway.call(method, path, team.key(), body, headers), THREADS);
    }

    private static int waiting(String kind) {
        return (int)
                gateway.bean(MeterRegistry.class)
                        .get("seedgate.waits.active")
                        .tag("kind", kind)
                        .gauge()
                        .value();
    }

    private static double connections(String gauge) {
        return gateway.bean(MeterRegistry.class).get(gauge).gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    /** An event as it was sent. */
    private record Event(long id, String name, JsonNode data) {

        String phase() {
            return data.get("phase").stringValue();
        }
    }

    /** A client that follows a task. */
    private static final class Stream implements AutoCloseable {

        private final HttpResponse<InputStream> response;
        private final BufferedReader lines;
        private final List<Event> events = new ArrayList<>();

        Stream(String task, @Nullable String lastEventId) throws Exception {
            this(team, task, lastEventId);
        }

        Stream(Team reader, String task, @Nullable String lastEventId) throws Exception {
            var request =
                    gateway.request("/api/tasks/" + task + "/events")
                            .header("Authorization", "Bearer " + reader.key())
                            .header("Accept", "text/event-stream");
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            response = HTTP.send(request.build(), BodyHandlers.ofInputStream());
            lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        void readToItsEnd() throws IOException {
            while (readNext() != null) {
                // All of it.
            }
        }

        void awaitComment() throws IOException {
            String next;
            do {
                next = readNext();
            } while (!":".equals(next));
        }

        /** The next block's first line; null at the end. */
        private @Nullable String readNext() throws IOException {
            String first = lines.readLine();
            if (first == null || first.isEmpty()) {
                return first;
            }
            if (!first.equals(":")) {
                String name = lines.readLine();
                String data = lines.readLine();
                assertThat(first).startsWith("id: ");
                assertThat(name).startsWith("event: ");
                assertThat(data).startsWith("data: {");
                events.add(
                        new Event(
                                Long.parseLong(first.substring(4)),
                                name.substring(7),
                                JsonMapper.shared().readTree(data.substring(6))));
            }
            assertThat(lines.readLine()).as("a blank line ends it").isEmpty();
            return first;
        }

        String lastPhase() {
            return events.getLast().phase();
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }
}
