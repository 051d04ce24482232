package dev.seedgate.vendor.contract;

import org.springframework.http.HttpHeaders;

/** Outcome of one HTTP request, before its answer is classified. */
public sealed interface TransportResult {

    /**
     * A status line and headers came, and as much of the body as could be read.
     *
     * @param complete whether the body came whole
     */
    record Response(int status, HttpHeaders headers, Content content, boolean complete)
            implements TransportResult {}

    /** Not one byte of a request was written. */
    record NotSent(String cause, boolean ownGuard) implements TransportResult {

        /** By the network: a second try may succeed. */
        public static NotSent byNetwork(String cause) {
            return new NotSent(cause, false);
        }

        /** By a guard of this instance: says nothing of the vendor. */
        public static NotSent byOwnGuard(String cause) {
            return new NotSent(cause, true);
        }
    }

    /** The request was begun, and no status came back. */
    record NoResponse(String cause) implements TransportResult {}
}
