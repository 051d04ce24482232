package dev.seedgate.testing;

import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.testing.Gateway.Task;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Assertions of a task as its team reads it, by its status or with its phase and timeline. */
public final class TaskAssert extends AbstractAssert<TaskAssert, Task> {

    TaskAssert(Task task) {
        super(task, TaskAssert.class);
    }

    /** Its status is IN_PROGRESS, whatever its phase. */
    public TaskAssert isRunning() {
        return hasStatus("IN_PROGRESS");
    }

    public TaskAssert isSucceeded() {
        return hasStatus("SUCCESS");
    }

    public TaskAssert isFailed() {
        return hasStatus("FAILED");
    }

    /** Its error message is this and nothing more. */
    public TaskAssert because(String message) {
        return check(message.equals(text("error_message")), "the error message", message);
    }

    /** Its error message says all of these. */
    public TaskAssert becauseOf(String... parts) {
        @Nullable String message = text("error_message");
        boolean said = message != null && Arrays.stream(parts).allMatch(message::contains);
        return check(said, "an error message with", List.of(parts));
    }

    public TaskAssert hasNoErrorMessage() {
        @Nullable JsonNode message = actual.get("error_message");
        return check(message != null && message.isNull(), "the error message", "null");
    }

    /** What its team is charged for it now, in credits. */
    public TaskAssert hasConsumed(long credits) {
        boolean is = JsonAssert.isNumber(actual.get("consumed_credits"), credits);
        return check(is, "consumed credits", credits);
    }

    public TaskAssert isIn(Phase... phases) {
        Set<String> names = Arrays.stream(phases).map(Phase::name).collect(Collectors.toSet());
        @Nullable String phase = text("phase");
        return check(phase != null && names.contains(phase), "a phase of", names);
    }

    /** Its timeline is this. */
    public TaskAssert wentThrough(Phase... phases) {
        List<String> names = Arrays.stream(phases).map(Phase::name).toList();
        return check(names.equals(actual.phases()), "the phases", names);
    }

    /** The URLs of its response are these, in this order. */
    public TaskAssert hasClips(String... urls) {
        @Nullable JsonNode response = actual.get("response");
        boolean has =
                response != null
                        && response.isArray()
                        && response.valueStream()
                                .map(JsonNode::stringValue)
                                .toList()
                                .equals(List.of(urls));
        return check(has, "the clips", List.of(urls));
    }

    public TaskAssert hasNoClips() {
        @Nullable JsonNode response = actual.get("response");
        return check(response != null && response.isNull(), "the response", "null");
    }

    private TaskAssert hasStatus(String status) {
        return check(status.equals(text("status")), "the status", status);
    }

    private @Nullable String text(String field) {
        @Nullable JsonNode value = actual.get(field);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    private TaskAssert check(boolean is, String what, Object expected) {
        if (!is) {
            failWithMessage(
                    "Expected %s %s, but the task is:%n  %s", what, expected, actual.json());
        }
        return this;
    }
}
