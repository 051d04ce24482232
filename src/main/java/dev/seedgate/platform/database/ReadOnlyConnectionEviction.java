package dev.seedgate.platform.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Rule for the failed statements whose connection leaves the pool, beyond those where the
 * connection is gone anyway. One that is read-only stays so when the database takes writes again,
 * or leads to the standby that was the primary; one on a server whose files or memory fail is not
 * to be trusted.
 */
public final class ReadOnlyConnectionEviction implements SQLExceptionOverride {

    private static final String READ_ONLY = "25006";

    private volatile boolean failed;
    private volatile long failedNanos;

    @java.lang.Override
    public Override adjudicate(SQLException problem) {
        String state = DatabaseFault.state(problem);
        // Disk full, out of memory; files that can't be read or written.
        boolean sick = state.startsWith("53") || state.startsWith("58");
        if (sick) {
            failedNanos = System.nanoTime();
            failed = true;
        }
        return sick || state.equals(READ_ONLY) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }

    /** Whether a statement failed within this time because the server lacks what it needs. */
    boolean sawSickness(Duration within) {
        return failed && System.nanoTime() - failedNanos < within.toNanos();
    }
}
