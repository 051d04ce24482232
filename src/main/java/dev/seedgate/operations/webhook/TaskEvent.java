package dev.seedgate.operations.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.task.lifecycle.Phase;
import java.util.Arrays;

/** An event that an endpoint can be told of: an end of a task. */
public enum TaskEvent {
    @JsonProperty("task.succeeded")
    SUCCEEDED("task.succeeded", Phase.SUCCEEDED),
    /** Also a cancelled task, and one that was refunded without an outcome. */
    @JsonProperty("task.failed")
    FAILED("task.failed", Phase.FAILED);

    private final String text;
    private final Phase phase;

    TaskEvent(String text, Phase phase) {
        this.text = text;
        this.phase = phase;
    }

    /** The name as clients and the database write it. */
    public String text() {
        return text;
    }

    static TaskEvent of(String text) {
        return Arrays.stream(values()).filter(it -> it.text.equals(text)).findFirst().orElseThrow();
    }

    static TaskEvent of(Phase end) {
        return Arrays.stream(values()).filter(it -> it.phase == end).findFirst().orElseThrow();
    }
}
