package dev.seedgate.platform.database;

import java.sql.SQLTransientConnectionException;

/** A team asks for more than the connections and places to wait that it may have. */
public class ShareExceededException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    ShareExceededException(String reason) {
        super(reason);
    }

    /** Of a flood there are many of these, and the trace tells nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
