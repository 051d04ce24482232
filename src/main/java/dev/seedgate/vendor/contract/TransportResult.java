package dev.seedgate.vendor.contract;

import org.springframework.http.HttpHeaders;

/** What came of one request, before anyone asks what it means. */
public sealed interface TransportResult {

    /**
     * A status line and headers came, and as much of the body as could be read.
     *
     * @param complete whether the body came whole
     */
    record Answered(int status, HttpHeaders headers, Content content, boolean complete)
            implements TransportResult {}

    /** Not one byte of a request was written. */
    record NotBegun(String cause, boolean local) implements TransportResult {

        /** The network's doing; a second try may fare better. */
        public static NotBegun network(String cause) {
            return new NotBegun(cause, false);
        }

        /** Our own guards' doing; says nothing of the vendor. */
        public static NotBegun guarded(String cause) {
            return new NotBegun(cause, true);
        }
    }

    /** The request was begun, and no status came back. */
    record Lost(String cause) implements TransportResult {}
}
