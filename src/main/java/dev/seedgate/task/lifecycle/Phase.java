package dev.seedgate.task.lifecycle;

import dev.seedgate.credit.ledger.EntryKind;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.task.queue.WorkKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A phase of a task. The team sees it as {@code phase}; the mirror API knows only three states. */
public enum Phase {
    QUEUED("IN_PROGRESS", true, Set.of(WorkKind.SUBMIT), List.of(EntryKind.RESERVE)),
    SUBMITTING("IN_PROGRESS", true, Set.of(WorkKind.SUBMITTING), List.of(EntryKind.RESERVE)),
    RENDERING("IN_PROGRESS", true, Set.of(WorkKind.POLL), List.of(EntryKind.RESERVE)),
    /** Perhaps at the vendor, perhaps not; never sent again. */
    UNCERTAIN("IN_PROGRESS", false, Set.of(WorkKind.REFUND), List.of(EntryKind.RESERVE)),
    /** Rendering for too long; still asked for now and then. */
    EXPIRED(
            "IN_PROGRESS",
            false,
            Set.of(WorkKind.POLL, WorkKind.REFUND),
            List.of(EntryKind.RESERVE)),
    SUCCEEDED("SUCCESS", false, Set.of(), List.of(EntryKind.RESERVE, EntryKind.SETTLE)),
    FAILED("FAILED", false, Set.of(), List.of(EntryKind.RESERVE, EntryKind.RELEASE));

    private final String status;
    private final boolean inFlight;

    @SuppressWarnings("ImmutableEnumChecker") // of Set.of
    private final Set<WorkKind> work;

    @SuppressWarnings("ImmutableEnumChecker") // of List.of
    private final List<EntryKind> entries;

    Phase(String status, boolean inFlight, Set<WorkKind> work, List<EntryKind> entries) {
        this.status = status;
        this.inFlight = inFlight;
        this.work = work;
        this.entries = entries;
    }

    /**
     * A common table expression, {@code phase_rule}, of what each phase implies, for checks of the
     * database: {@code in_flight}; {@code work}, an array of the kinds of due work of which a task
     * has one, empty for none; {@code entries}, the kinds of the ledger entries that hold, keep or
     * give back its charge, in their order, with commas between.
     */
    public static String rules() {
        return Arrays.stream(values())
                .map(phase ->
                        "('%s', %b, array[%s]::text[], '%s')"
                                .formatted(
                                        phase,
                                        phase.inFlight,
                                        phase.work.stream()
                                                .sorted()
                                                .map(kind -> "'" + kind.word() + "'")
                                                .collect(Collectors.joining(", ")),
                                        phase.entries.stream()
                                                .map(EntryKind::word)
                                                .collect(Collectors.joining(","))))
                .collect(
                        Collectors.joining(
                                ", ",
                                "phase_rule (phase, in_flight, work, entries) as (values ",
                                ")"));
    }

    /**
     * The phases that a word in a query stands for: one of the vendor's three states, or a phase's
     * own name. Empty when it is neither.
     */
    private static Set<Phase> matching(String word) {
        return Arrays.stream(values())
                .filter(phase -> phase.status.equals(word) || phase.name().equals(word))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Phase.class)));
    }

    /** The same, or every phase for no word; {@code INVALID_REQUEST} when it is no such word. */
    public static Set<Phase> parseFilter(@Nullable String word) {
        Set<Phase> phases = word == null ? EnumSet.allOf(Phase.class) : matching(word);
        if (phases.isEmpty()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "status must be IN_PROGRESS, SUCCESS, FAILED or a phase.");
        }
        return phases;
    }

    /** The vendor's word for it. */
    public String status() {
        return status;
    }

    /** Whether it counts against the team's tasks in flight. */
    boolean inFlight() {
        return inFlight;
    }

    /** The names of those that are no task's end. */
    public static String[] open() {
        return Arrays.stream(values())
                .filter(phase -> !phase.terminal())
                .map(Phase::name)
                .toArray(String[]::new);
    }

    /** Whether it is the task's end: SUCCESS or FAILED to its team. */
    public boolean terminal() {
        return this == SUCCEEDED || this == FAILED;
    }
}
