package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.credit.ledger.LedgerAccount;
import dev.seedgate.task.lifecycle.Phase;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A task with all that is stored of it, for admins; for its team, less: {@link #ofTeam}.
 *
 * @param upstreamCredits what the vendor says it took
 * @param events what happened, with the evidence of each attempt: what was sent when, what came
 *     back
 * @param ledger the movements of its credits
 * @param clipCopy our own copy of its clip; null where none was ever wanted
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
        List<Entry> ledger,
        @JsonProperty("clip_copy") @Nullable Copy clipCopy) {

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
                ledger,
                clipCopy);
    }

    /**
     * As its team may see it: without the vendor, what it said and took, without the copy's
     * storage, and of the ledger what moved on the team's side, without who did it and why.
     */
    TaskRecord ofTeam() {
        return new TaskRecord(
                status,
                phase,
                team,
                project,
                costCenter,
                keyId,
                keyName,
                requestId,
                "",
                null,
                null,
                acceptedAt,
                finishedAt,
                events.stream()
                        .map(it -> new Event(it.at(), it.phase(), it.attempt(), it.note(), null))
                        .toList(),
                ledger.stream().filter(Entry::isOfTeam).map(Entry::withoutCause).toList(),
                null);
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
            String actor) {

        private boolean isOfTeam() {
            return Stream.of(LedgerAccount.TEAM, LedgerAccount.HELD)
                    .map(LedgerAccount::word)
                    .anyMatch(it -> it.equals(debit) || it.equals(credit));
        }

        private Entry withoutCause() {
            return new Entry(at, kind, debit, credit, credits, null, "");
        }
    }

    /**
     * What is written down of a copy.
     *
     * @param since when it came into this state
     * @param dueAt when it is tried next, or again if the try under way is silent
     * @param attempts tries begun
     * @param size in bytes
     * @param key in the storage
     * @param lastAnswer what the last try that failed met with
     */
    public record Copy(
            String state,
            Instant since,
            @JsonProperty("due_at") @Nullable Instant dueAt,
            int attempts,
            @Nullable Long size,
            @Nullable String sha256,
            @Nullable String key,
            @JsonProperty("last_answer") @Nullable String lastAnswer) {}
}
