package dev.seedgate.platform.values;

import org.jspecify.annotations.Nullable;

/**
 * The gateway can't start as it was set up. The message is all that the operator is shown: one line
 * that says what is wrong and what to do about it.
 */
public final class StartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StartupException(String message) {
        this(message, null);
    }

    public StartupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
