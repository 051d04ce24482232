package dev.seedgate.platform.telemetry;

import dev.seedgate.platform.values.TaskId;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Scope of a step in a task's life on this thread: log lines name the task, and the step's span is
 * in the task's trace when there is one.
 */
public final class TaskScope implements AutoCloseable {

    /** The task in log lines. */
    public static final String TASK = "task";

    /** The team's slug in log lines. */
    public static final String TEAM = "team";

    private final @Nullable Span span;
    private final Tracer.@Nullable SpanInScope scope;
    private final Map<String, @Nullable String> before = new HashMap<>();

    TaskScope(@Nullable Span span, Tracer.@Nullable SpanInScope scope) {
        this.span = span;
        this.scope = scope;
    }

    /** What it is about, for log lines and the span. */
    public TaskScope of(TaskId task) {
        return named(TASK, "seedgate.task", task.value());
    }

    /** Whose it is. */
    public TaskScope of(TaskId task, String team) {
        return of(task).named(TEAM, "seedgate.team", team);
    }

    /** Something short about the span; never a prompt, a key or a URL with more than a path. */
    public TaskScope tag(String name, String value) {
        if (span != null) {
            span.tag(name, value);
        }
        return this;
    }

    private TaskScope named(String logKey, String tag, String value) {
        if (!before.containsKey(logKey)) {
            before.put(logKey, MDC.get(logKey));
        }
        MDC.put(logKey, value);
        return tag(tag, value);
    }

    /** Puts the thread back as it was. */
    @Override
    public void close() {
        before.forEach((key, value) -> {
            if (value == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, value);
            }
        });
        if (scope != null) {
            scope.close();
        }
        if (span != null) {
            span.end();
        }
    }
}
