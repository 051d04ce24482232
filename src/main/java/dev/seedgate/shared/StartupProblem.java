package dev.seedgate.shared;

/**
 * Why the gateway can't start, in one line that tells the operator what to change. Whoever starts
 * the process prints the message alone and ends with an error code.
 */
public final class StartupProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StartupProblem(String message) {
        super(message);
    }
}
