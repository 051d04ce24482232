package dev.seedgate.platform.telemetry;

import dev.seedgate.platform.values.TaskId;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Factory of the scopes that tasks are worked on in. A task's trace begins with its create, is
 * stored with the task, and is continued by whichever replica takes the next step.
 */
@Component
public class TaskTracing {

    /** W3C trace context: of sampled traces only, others have nothing to go on with. */
    private static final Pattern STORED = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-01");

    private final Tracer tracer;

    public TaskTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Names a task in the log lines of this thread, and nothing else. */
    public static TaskScope logOnly(TaskId task) {
        return new TaskScope(null, null).of(task);
    }

    /**
     * A span inside the one that runs on this thread; without one, only log lines name the task.
     */
    public TaskScope begin(String name) {
        return begin(name, null);
    }

    /**
     * A step of the task that was stored with this trace.
     *
     * @param stored null when the task is in none
     */
    public TaskScope begin(String name, @Nullable String stored) {
        TraceContext parent = parent(stored);
        return parent == null ? new TaskScope(null, null) : start(parent, name, null);
    }

    /** A call to somebody else, inside the step that runs on this thread. */
    public TaskScope call(String name) {
        TraceContext parent = parent(null);
        return parent == null ? new TaskScope(null, null) : start(parent, name, Span.Kind.CLIENT);
    }

    /** What to store with a task that is made in this step; null when it is not traced. */
    public @Nullable String traceParent() {
        Span span = tracer.currentSpan();
        if (span == null || !Boolean.TRUE.equals(span.context().sampled())) {
            return null;
        }
        return "00-" + span.context().traceId() + "-" + span.context().spanId() + "-01";
    }

    private TaskScope start(TraceContext parent, String name, Span.@Nullable Kind kind) {
        Span.Builder builder = tracer.spanBuilder().setParent(parent).name(name);
        if (kind != null) {
            builder.kind(kind);
        }
        Span span = builder.start();
        return new TaskScope(span, tracer.withSpan(span));
    }

    /** The running step, unless it belongs to another trace than the task. */
    private @Nullable TraceContext parent(@Nullable String stored) {
        Span running = tracer.currentSpan();
        TraceContext here = running == null || running.isNoop() ? null : running.context();
        Matcher there = STORED.matcher(stored == null ? "" : stored);
        if (!there.matches() || (here != null && here.traceId().equals(there.group(1)))) {
            return here;
        }
        return tracer.traceContextBuilder()
                .traceId(there.group(1))
                .spanId(there.group(2))
                .sampled(true)
                .build();
    }
}
