package dev.seedgate.shared;

/** The gateway can't start, and its message says in one line what to do about it. */
public final class StartupProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StartupProblem(String message) {
        super(message);
    }
}
