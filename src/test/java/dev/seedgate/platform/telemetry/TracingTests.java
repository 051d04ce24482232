package dev.seedgate.platform.telemetry;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import io.micrometer.tracing.Tracer;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.MDC;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task that one replica takes and another one submits, polls and settles, seen from outside. */
@ExtendWith(OutputCaptureExtension.class)
@NullUnmarked
class TracingTests {

    private static final String PROMPT = "a prompt that is nobody's business";
    // As a client's own tracing would send it.
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    private static final Collector collector = Collector.start();

    private static FakeVendor vendor;
    private static Team team;
    private static String task;
    private static String requestId;
    private static List<JsonNode> lines;
    private static String output;

    @BeforeAll
    static void goesFromOneReplicaToAnother(CapturedOutput out) {
        TestDatabase database = TestDatabase.create();
        vendor = FakeVendor.start();
        // Where a gateway of this process runs already, another keeps to the format of its lines.
        LoggingSystem.get(TracingTests.class.getClassLoader()).cleanUp();
        try (Gateway first = start(database)) {
            first.admin("POST", "/upstream/pause", null);
            team = first.team();
            Answer created =
                    team.generate(PROMPT, "traceparent", "00-" + TRACE + "-" + CALLER + "-01");
            task = created.data().get("task_id").stringValue();
            requestId = created.header("X-Request-Id");
        }
        try (Gateway second = start(database)) {
            second.admin("POST", "/upstream/resume", null);
            Team there = new Team(second, team.slug(), team.key());
            vendor.finish(there.upstreamId(task), "https://cdn.example.com/clip.mp4");
            there.await(task, "SUCCEEDED");
            Awaitility.await()
                    .until(() -> !spans("settle").isEmpty() && !spans("submit").isEmpty());
        }
        output = out.getOut();
        JsonMapper json = JsonMapper.shared();
        lines = output.lines().filter(it -> it.startsWith("{")).map(json::readTree).toList();
    }

    @AfterAll
    static void close() {
        collector.close();
        vendor.close();
        // Else the next gateway of this process writes JSON too.
        System.clearProperty("CONSOLE_LOG_STRUCTURED_FORMAT");
    }

    private static Gateway start(TestDatabase database) {
        return Gateway.start(
                database,
                vendor,
                "management.opentelemetry.tracing.export.otlp.endpoint=" + collector.endpoint(),
                "management.opentelemetry.tracing.export.schedule-delay=100ms",
                "management.tracing.sampling.probability=1.0",
                "logging.structured.format.console=ecs");
    }

    @Test
    void isOneTraceFromTheCallersToTheSettlement() {
        Collector.Span server = one("http post /api/generate");
        assertThat(server.parent()).isEqualTo(CALLER);
        Collector.Span create = one("create");
        assertThat(create.parent()).isEqualTo(server.id());
        assertThat(create.attributes()).containsEntry("seedgate.task", task);
        // A busy machine may drop a permit unused and try again.
        Collector.Span sent =
                spans("POST /api/generate").stream()
                        .filter(it -> "accepted".equals(it.attributes().get("seedgate.result")))
                        .findFirst()
                        .orElseThrow();
        assertThat(spans("submit")).extracting(Collector.Span::id).contains(sent.parent());
        assertThat(spans("submit")).allMatch(it -> it.parent().equals(create.id()));
        assertThat(sent.kind()).isEqualTo(3);
        assertThat(sent.attributes()).containsEntry("http.response.status_code", "200");
        assertThat(spans("poll")).allMatch(it -> it.parent().equals(create.id()));
        Collector.Span settle = one("settle");
        assertThat(spans("poll")).extracting(Collector.Span::id).contains(settle.parent());
        assertThat(spans("GET /api/status")).allMatch(it -> it.kind() == 3);
    }

    @Test
    void tellsTheCollectorNoPromptAndNoKeyAndTheVendorNoTrace() {
        assertThat(collector.spans().toString())
                .doesNotContain(PROMPT, team.key(), "vendor-key-of-the-tests", Gateway.ADMIN_KEY);
        assertThat(vendor.requests()).noneMatch(it -> it.headers().containsKey("traceparent"));
        // The span of a scheduled look would be a trace every second.
        assertThat(collector.spans()).noneMatch(it -> it.name().startsWith("task"));
    }

    @Test
    void writesEveryChangeOfATaskAsAJsonLineWithItsNames() {
        JsonNode queued = line("task " + task + " is QUEUED");
        assertThat(queued).has("request_id", requestId).has("traceId", TRACE);
        for (String phase : List.of("QUEUED", "SUBMITTING", "RENDERING", "SUCCEEDED")) {
            JsonNode line = line("task " + task + " is " + phase);
            assertThat(line)
                    .has("task", task)
                    .has("team", team.slug())
                    .has("traceId", TRACE)
                    .has("/log/level", "INFO");
        }
        assertThat(output)
                .doesNotContain(PROMPT, team.key(), "vendor-key-of-the-tests", Gateway.ADMIN_KEY);
    }

    @Test
    void namesNoTaskInLinesThatAreAboutNone() {
        JsonNode stopped = line("dispatch stopped, all calls answered: true");
        assertThat(stopped.has("task")).isFalse();
        assertThat(stopped.has("team")).isFalse();
        assertThat(stopped.has("traceId")).isFalse();
    }

    @Test
    void leavesTheThreadAsItWas() {
        TaskId id = new TaskId(task);
        MDC.put(TaskScope.TEAM, "outer");
        try (TaskScope _ = TaskTracing.logOnly(id).of(id, "inner")) {
            assertThat(MDC.get(TaskScope.TEAM)).isEqualTo("inner");
            assertThat(MDC.get(TaskScope.TASK)).isEqualTo(task);
        }
        assertThat(MDC.get(TaskScope.TEAM)).isEqualTo("outer");
        assertThat(MDC.get(TaskScope.TASK)).isNull();
        MDC.remove(TaskScope.TEAM);
    }

    @Test
    void doesNotTraceAtAllWithoutACollector() {
        Gateway untraced = Gateway.shared();
        assertThat(untraced.bean(Tracer.class)).isSameAs(Tracer.NOOP);
        String made = untraced.team().create("nobody looks");
        assertThat(
                        untraced.database()
                                .rows("select trace_parent from task where id = '" + made + "'"))
                .containsExactly("null");
    }

    private static JsonNode line(String message) {
        return lines.stream()
                .filter(it -> message.equals(it.path("message").asString()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line " + message));
    }

    private static Collector.Span one(String name) {
        List<Collector.Span> spans = spans(name);
        assertThat(spans).as(name).hasSize(1);
        return spans.getFirst();
    }

    /** Those of the task's trace. */
    private static List<Collector.Span> spans(String name) {
        return collector.spans().stream()
                .filter(it -> it.trace().equals(TRACE) && it.name().equals(name))
                .toList();
    }
}
