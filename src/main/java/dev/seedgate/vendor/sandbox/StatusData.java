package dev.seedgate.vendor.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Data of a status answer, seven fields; all are there even when they are null. */
@JsonInclude(Include.ALWAYS)
@JsonPropertyOrder({
    "task_id",
    "status",
    "request",
    "response",
    "consumed_credits",
    "error_message",
    "created_at"
})
record StatusData(
        @JsonProperty("task_id") String taskId,
        @JsonProperty("status") String status,
        @JsonProperty("request") ClipOrder request,
        @JsonProperty("response") @Nullable List<String> response,
        @JsonProperty("consumed_credits") long consumedCredits,
        @JsonProperty("error_message") @Nullable String errorMessage,
        @JsonProperty("created_at") String createdAt) {

    static StatusData of(SandboxTask task, String link) {
        return new StatusData(
                task.id(),
                task.status(),
                task.order(),
                task.succeeded() ? List.of(link) : null,
                task.failed() ? 0 : task.reportedCredits(),
                task.failed() ? "The sandbox failed this render, as its prompt asked." : null,
                task.createdAt().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
