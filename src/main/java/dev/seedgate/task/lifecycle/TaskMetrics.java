package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.telemetry.AfterCommit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.springframework.stereotype.Component;

/**
 * The metrics of what becomes of tasks, counted after the commit only: what was rolled back never
 * happened. All exist from the start, so that the first of a rare event is seen as a change.
 */
@Component
class TaskMetrics {

    private final MeterRegistry meters;
    private final Counter uncertain;
    private final Counter expired;
    private final Counter contradictions;
    private final Timer waited;

    TaskMetrics(MeterRegistry meters) {
        this.meters = meters;
        uncertain = meters.counter("seedgate.uncertain");
        expired = meters.counter("seedgate.expired");
        contradictions = meters.counter("seedgate.contradictions");
        waited =
                Timer.builder("seedgate.tasks.wait")
                        // From "at once" to the time that a task may wait.
                        .serviceLevelObjectives(seconds(1, 2, 5, 10, 30, 60, 180, 420, 900))
                        .register(meters);
        Arrays.stream(Reason.values()).forEach(this::possibleCharges);
        Arrays.stream(Phase.values())
                .filter(Phase::terminal)
                .forEach(phase -> {
                    ended(phase);
                    rendered(phase);
                });
    }

    /** The vendor may have charged for what its team does not pay. */
    void possiblyCharged(Reason reason) {
        count(possibleCharges(reason));
    }

    void accepted(Duration after) {
        AfterCommit.run(() -> waited.record(after));
    }

    void ended(Phase phase, Duration rendering) {
        count(ended(phase));
        if (rendering.isPositive()) {
            AfterCommit.run(() -> rendered(phase).record(rendering));
        }
    }

    void uncertain() {
        count(uncertain);
    }

    void expired() {
        count(expired);
    }

    void contradicted() {
        count(contradictions);
    }

    private Counter possibleCharges(Reason reason) {
        String name = reason.name().toLowerCase(Locale.ROOT);
        return meters.counter("seedgate.possible.charges", "reason", name);
    }

    private Counter ended(Phase phase) {
        return meters.counter("seedgate.tasks.ended", "phase", phase.name());
    }

    private Timer rendered(Phase phase) {
        return Timer.builder("seedgate.tasks.render")
                .tag("phase", phase.name())
                // A clip takes minutes; after two hours it is EXPIRED.
                .serviceLevelObjectives(seconds(5, 15, 30, 60, 120, 300, 600, 1800, 7200))
                .register(meters);
    }

    private static void count(Counter counter) {
        AfterCommit.run(counter::increment);
    }

    private static Duration[] seconds(int... seconds) {
        return Arrays.stream(seconds).mapToObj(Duration::ofSeconds).toArray(Duration[]::new);
    }

    /** Why the vendor may have charged. */
    enum Reason {
        /** It was never known whether it took the task. */
        REFUNDED,
        /** It failed, and may have charged for each failure. */
        ERRORS
    }
}
