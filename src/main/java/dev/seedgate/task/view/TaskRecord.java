package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.task.lifecycle.Phase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task with all that is stored of it, for admins.
 *
 * @param upstreamCredits what the vendor says it took
 * @param events what happened, with the evidence of each attempt: what was sent when, what came
 *     back
 * @param ledger the movements of its credits
 */
public record TaskRecord(
        @JsonUnwrapped TaskStatus status,
        Phase phase,
        String team,
        @Nullable String project,
        @JsonProperty("cost_center") @Nullable String costCenter,
        @JsonProperty("key_id") long keyId,
        @JsonProperty("key_name") String keyName,
        @JsonProperty("request_id") String requestId,
        String upstream,
        @JsonProperty("upstream_task_id") @Nullable String upstreamTaskId,
        @JsonProperty("upstream_credits") @Nullable Long upstreamCredits,
        @JsonProperty("accepted_at") @Nullable Instant acceptedAt,
        @JsonProperty("finished_at") @Nullable Instant finishedAt,
        List<Event> events,
        List<Entry> ledger) {

    /** Without the prompt and images, and without evidence, in which they may stand too. */
    TaskRecord withoutOrder() {
        return new TaskRecord(
                status.withoutOrder(),
                phase,
                team,
                project,
                costCenter,
                keyId,
                keyName,
                requestId,
                upstream,
                upstreamTaskId,
                upstreamCredits,
                acceptedAt,
                finishedAt,
                events.stream()
                        .map(it -> new Event(it.at(), it.phase(), it.attempt(), it.note(), null))
                        .toList(),
                ledger);
    }

    /** The task came into this phase, or an answer to this attempt was noted. */
    public record Event(
            Instant at,
            Phase phase,
            int attempt,
            @Nullable String note,
            @Nullable String evidence) {}

    /** A movement of whole credits from one account to another. */
    public record Entry(
            Instant at,
            String kind,
            String debit,
            String credit,
            long credits,
            @Nullable String reason,
            String actor) {}
}
