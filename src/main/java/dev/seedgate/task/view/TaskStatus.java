package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task as the vendor's status call shows it: seven fields, always present.
 *
 * @param status IN_PROGRESS, SUCCESS or FAILED
 * @param response media URLs after SUCCESS, else null
 * @param consumedCredits what the team is charged now: the price while running and after SUCCESS, 0
 *     after a refund
 */
@JsonPropertyOrder({
    "task_id",
    "status",
    "request",
    "response",
    "consumed_credits",
    "error_message",
    "created_at"
})
public record TaskStatus(
        @Schema(ref = "#/components/schemas/TaskId") @JsonProperty("task_id") String taskId,
        @Schema(allowableValues = {"IN_PROGRESS", "SUCCESS", "FAILED"}) String status,
        Request request,
        @Nullable List<String> response,
        @JsonProperty("consumed_credits") long consumedCredits,
        @JsonProperty("error_message") @Nullable String errorMessage,
        @JsonProperty("created_at")
                @JsonFormat(
                        shape = JsonFormat.Shape.STRING,
                        pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'",
                        timezone = "UTC")
                Instant createdAt) {

    TaskStatus with(List<String> otherResponse) {
        return new TaskStatus(
                taskId, status, request, otherResponse, consumedCredits, errorMessage, createdAt);
    }

    TaskStatus withoutOrder() {
        return new TaskStatus(
                taskId,
                status,
                new Request("", request.aspectRatio(), request.duration(), request.sound(), null),
                response,
                consumedCredits,
                errorMessage,
                createdAt);
    }

    /**
     * The cleaned copy of what was ordered; {@code image_urls} only if given. After the team's
     * retention the prompt is an empty text, and there are no image URLs.
     */
    @JsonPropertyOrder({"prompt", "aspect_ratio", "duration", "sound", "image_urls"})
    @Schema(name = "OrderAsTaken")
    public record Request(
            String prompt,
            @Schema(allowableValues = {"16:9", "9:16", "1:1"}) @JsonProperty("aspect_ratio")
                    String aspectRatio,
            @Schema(allowableValues = {"5", "10"}) String duration,
            boolean sound,
            @JsonProperty("image_urls") @JsonInclude(JsonInclude.Include.NON_NULL)
                    @Nullable List<String> imageUrls) {}
}
