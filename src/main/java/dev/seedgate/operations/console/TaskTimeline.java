package dev.seedgate.operations.console;

import dev.seedgate.task.view.TaskRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task as its page tells it: what happened when, and where its credits went. */
record TaskTimeline(TaskRecord task, List<Step> steps, List<Movement> movements) {

    private static final String TEAM = "team";
    private static final String SPENT = "spent";

    static TaskTimeline of(TaskRecord task) {
        List<Step> steps = new ArrayList<>();
        Instant last = task.status().createdAt();
        steps.add(new Step(last, "QUEUED", 0, "Ordered; its charge is held.", null, null));
        for (TaskRecord.Event event : task.events()) {
            steps.add(
                    new Step(
                            event.at(),
                            event.phase().name(),
                            event.attempt(),
                            event.note(),
                            event.evidence(),
                            Duration.between(last, event.at())));
            last = event.at();
        }
        return new TaskTimeline(task, steps, task.ledger().stream().map(Movement::of).toList());
    }

    /** From the order to the end, null while there is none. */
    public @Nullable Duration getWhole() {
        Instant end = task.finishedAt();
        return end == null ? null : Duration.between(task.status().createdAt(), end);
    }

    /** How long the vendor took, null before it had the task or an end. */
    public @Nullable Duration getRendered() {
        Instant accepted = task.acceptedAt();
        Instant end = task.finishedAt();
        return accepted == null || end == null ? null : Duration.between(accepted, end);
    }

    /** What the movements take from the team together. */
    public long getPaid() {
        return -movements.stream().mapToLong(Movement::ofTeam).sum();
    }

    public boolean isResolvable() {
        String phase = task.phase().name();
        return phase.equals("UNCERTAIN") || phase.equals("EXPIRED");
    }

    /** Whether the vendor can be asked what became of it. */
    public boolean isAskable() {
        return task.upstreamTaskId() != null && !task.phase().terminal();
    }

    public boolean isCancellable() {
        return task.phase().name().equals("QUEUED");
    }

    /** What a refund would write: the held price back to the team, and the loss to the company. */
    public List<Planned> getRefund() {
        long credits = task.status().consumedCredits();
        return List.of(
                new Planned("release", "held", TEAM, credits, credits),
                new Planned("adjust", "company", "possible_loss", credits, 0));
    }

    /** What a success would write later; to attach a task writes nothing. */
    public Planned getSettlement() {
        return new Planned("settle", "held", SPENT, task.status().consumedCredits(), 0);
    }

    /**
     * The task came into this phase, or an answer was noted.
     *
     * @param after how long after the step before, null for the first
     */
    record Step(
            Instant at,
            String phase,
            int attempt,
            @Nullable String note,
            @Nullable String evidence,
            @Nullable Duration after) {}

    /**
     * A movement of credits.
     *
     * @param ofTeam what the team has more afterwards
     */
    record Movement(TaskRecord.Entry entry, long ofTeam) {

        static Movement of(TaskRecord.Entry entry) {
            long credits =
                    entry.credit().equals(TEAM)
                            ? entry.credits()
                            : entry.debit().equals(TEAM) ? -entry.credits() : 0;
            return new Movement(entry, credits);
        }
    }

    /** A movement that an act would write. */
    record Planned(String kind, String debit, String credit, long credits, long ofTeam) {}
}
