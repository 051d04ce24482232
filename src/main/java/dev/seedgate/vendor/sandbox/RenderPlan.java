package dev.seedgate.vendor.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Plan of how a render will go, made when it is ordered.
 *
 * @param renderTime null when it never ends
 */
record RenderPlan(
        String runningStatus,
        String finalStatus,
        @Nullable Duration renderTime,
        long reportedCredits) {

    /** Like the vendor's statuses, and none of them. */
    private static final String ODD_STATUS = "POST_PROCESSING";

    /** No sum of prices: a report that is wrong by it can't be mistaken for another preset. */
    private static final long WRONG_CREDITS_OFFSET = 7;

    static RenderPlan of(ClipOrder order, PromptDirective directive, SandboxSettings settings) {
        Duration renderTime = settings.sandboxRenderTime();
        long credits = order.credits();
        return switch (directive) {
            case PromptDirective.Fail _ ->
                    new RenderPlan("IN_PROGRESS", "FAILED", renderTime, credits);
            case PromptDirective.Slow(Duration slow) ->
                    succeeding(shorter(slow, settings.sandboxMaxRenderTime()), credits);
            case PromptDirective.Stuck _ -> succeeding(null, credits);
            case PromptDirective.OddStatus _ ->
                    new RenderPlan(ODD_STATUS, "SUCCESS", renderTime, credits);
            case PromptDirective.WrongCredits _ ->
                    succeeding(renderTime, credits + WRONG_CREDITS_OFFSET);
            case PromptDirective.None _,
                    PromptDirective.Reject _,
                    PromptDirective.RefuseTimes _,
                    PromptDirective.LostAnswer _ ->
                    succeeding(renderTime, credits);
        };
    }

    private static RenderPlan succeeding(@Nullable Duration renderTime, long reportedCredits) {
        return new RenderPlan("IN_PROGRESS", "SUCCESS", renderTime, reportedCredits);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
