package dev.seedgate.task.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.test.util.ReflectionTestUtils;

/** The transitions there are, and that there are no others. */
@NullUnmarked
class TaskTests {

    private static final Instant NOW = Instant.parse("2025-06-14T05:21:11.987Z");
    private static final Duration WAITED = Duration.ofSeconds(3);

    private static final Map<String, Consumer<Task>> VERBS =
            Map.of(
                    "accepted",
                    task -> task.accepted("up-1", NOW.plus(WAITED)),
                    "attached",
                    task -> task.attached("up-2", NOW),
                    "requeued",
                    Task::requeued,
                    "uncertain",
                    Task::uncertain,
                    "expired",
                    Task::expired,
                    "succeeded",
                    task -> task.succeeded(List.of("https://x/y.mp4"), 65L, NOW),
                    "failed",
                    task -> task.failed("no", null, NOW));

    private static final Map<Phase, Set<String>> ALLOWED =
            Map.of(
                    Phase.QUEUED, Set.of("failed"),
                    Phase.SUBMITTING, Set.of("accepted", "requeued", "uncertain", "failed"),
                    Phase.RENDERING, Set.of("expired", "succeeded", "failed"),
                    Phase.UNCERTAIN, Set.of("accepted", "attached", "failed"),
                    Phase.EXPIRED, Set.of("attached", "succeeded", "failed"),
                    Phase.SUCCEEDED, Set.of(),
                    Phase.FAILED, Set.of());

    static Stream<Arguments> everyVerbInEveryPhase() {
        return Stream.of(Phase.values())
                .flatMap(phase -> VERBS.keySet().stream().map(verb -> Arguments.of(phase, verb)));
    }

    @ParameterizedTest(name = "{1} when {0}")
    @MethodSource("everyVerbInEveryPhase")
    void movesOnlyAlongTheTransitionsThereAre(Phase phase, String verb) {
        Task task = in(phase);
        if (ALLOWED.getOrDefault(phase, Set.of()).contains(verb)) {
            VERBS.get(verb).accept(task);
            assertThat(task.phase()).isNotEqualTo(phase);
        } else {
            assertThatThrownBy(() -> VERBS.get(verb).accept(task))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(task.phase()).isEqualTo(phase);
        }
    }

    @Test
    void takesItsTimeFromItsIdSoThatATimeIsAPlaceAmongIds() {
        Instant made = Instant.parse("2026-11-25T12:00:00.123Z");
        TaskId id = TaskId.create(made, 'z');
        assertThat(id.time()).isEqualTo(made);
        assertThat(id.value())
                .isGreaterThanOrEqualTo(TaskId.first(made).value())
                .isGreaterThan(TaskId.first(made.minusMillis(1)).value())
                .isLessThan(TaskId.first(made.plusMillis(1)).value())
                .isGreaterThan(TaskId.first(Instant.parse("0001-01-01T00:00:00Z")).value())
                .isLessThan(TaskId.first(Instant.parse("9999-12-31T23:59:59Z")).value());
        assertThat(in(Phase.RENDERING).waited()).isEqualTo(WAITED);
    }

    private static Task in(Phase phase) {
        Task task = new Task();
        ReflectionTestUtils.setField(task, "id", TaskId.create(NOW, '0').value());
        // The begin of an attempt is no verb of it.
        ReflectionTestUtils.setField(
                task, "phase", phase == Phase.QUEUED ? Phase.QUEUED : Phase.SUBMITTING);
        ReflectionTestUtils.setField(task, "createdAt", NOW);
        List<String> way =
                switch (phase) {
                    case QUEUED, SUBMITTING -> List.of();
                    case RENDERING -> List.of("accepted");
                    case UNCERTAIN -> List.of("uncertain");
                    case EXPIRED -> List.of("accepted", "expired");
                    case SUCCEEDED -> List.of("accepted", "succeeded");
                    case FAILED -> List.of("failed");
                };
        way.forEach(verb -> VERBS.get(verb).accept(task));
        return task;
    }
}
