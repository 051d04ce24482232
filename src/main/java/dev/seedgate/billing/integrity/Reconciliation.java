package dev.seedgate.billing.integrity;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reconciliation of the ledger with what the vendor says it took, in credits.
 *
 * @param drift credits the vendor took less those we charged, over all items of the range
 * @param days the same by the day of the charge
 * @param items a page of them, the oldest first
 * @param sandbox whether the vendor is the built-in one, which costs nothing
 */
public record Reconciliation(
        long drift,
        List<DriftItem> items,
        List<DriftDay> days,
        @JsonProperty("next_cursor") @Nullable String nextCursor,
        boolean sandbox) {

    /** The reason for which a job or a task is an item. */
    public enum Kind {
        /** The vendor took credits; the team got its own back. */
        CHARGED_THERE,
        /** The vendor gave its credits back; the team pays. */
        REFUNDED_THERE,
        /** Both took credits, but not as many. */
        WRONG_PRICE,
        /** It is UNCERTAIN or EXPIRED. */
        UNKNOWN_OUTCOME,
        /** It was refunded with its outcome unknown: the company's loss, if it is one. */
        POSSIBLE_LOSS,
        /** It ended, and the vendor named no figure: counted as its price. */
        NOT_TOLD,
        /** The vendor gave the task another id too: it may bill both, the team pays for one. */
        SECOND_ID
    }

    /**
     * A job of the vendor's, or a task that has none, where the figures differ or the vendor's is
     * not known.
     *
     * @param chargedAt of a second id, when it was seen
     * @param ours what the team pays for it, in credits
     * @param theirs what the vendor says it took, null when it never said
     * @param difference what it took less ours; what it never told counts as the price, as in the
     *     pool
     */
    public record DriftItem(
            @JsonProperty("task_id") String taskId,
            String team,
            @Nullable String project,
            String preset,
            @JsonProperty("charged_at") Instant chargedAt,
            Kind kind,
            String phase,
            @JsonProperty("upstream_task_id") @Nullable String upstreamTaskId,
            long ours,
            @Nullable Long theirs,
            long difference) {}

    /** A day's part of the drift, in credits. */
    public record DriftDay(String day, long items, long drift) {}
}
