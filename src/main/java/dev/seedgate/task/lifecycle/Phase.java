package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A phase of a task. The team sees it as {@code phase}; the mirror API knows only three states. */
public enum Phase {
    QUEUED("IN_PROGRESS", true),
    SUBMITTING("IN_PROGRESS", true),
    RENDERING("IN_PROGRESS", true),
    /** Perhaps at the vendor, perhaps not; never sent again. */
    UNCERTAIN("IN_PROGRESS", false),
    /** Rendering for too long; still asked for now and then. */
    EXPIRED("IN_PROGRESS", false),
    SUCCEEDED("SUCCESS", false),
    FAILED("FAILED", false);

    private final String status;
    private final boolean inFlight;

    Phase(String status, boolean inFlight) {
        this.status = status;
        this.inFlight = inFlight;
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

    boolean terminal() {
        return this == SUCCEEDED || this == FAILED;
    }
}
