package dev.seedgate.generation;

/**
 * Where a task is. The team sees these as {@code phase}; the mirror API knows only three states.
 */
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
