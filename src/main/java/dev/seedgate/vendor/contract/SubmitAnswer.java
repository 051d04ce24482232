package dev.seedgate.vendor.contract;

/**
 * Class of the answer to a create: the only ones there are, so that no caller can forget one. The
 * evidence is a short text for admins: what was sent when, what came back; no secret, no prompt.
 */
public sealed interface SubmitAnswer {

    String evidence();

    /** The vendor took the job; the id is its own, 1 to 128 visible ASCII characters. */
    record Accepted(String upstreamTaskId, String evidence) implements SubmitAnswer {}

    /**
     * Not taken: the company's key or credit, or something between us, is wrong. Submits are
     * stopped.
     *
     * @param perhapsThisRequest whether it may as well be this one request that something minds
     */
    record AccountStopped(boolean perhapsThisRequest, String evidence) implements SubmitAnswer {}

    /** Not taken: too many calls. The cluster pauses. */
    record Throttled(String evidence) implements SubmitAnswer {}

    /** An enveloped 500: the vendor documents a retry, and may have charged all the same. */
    record Retryable(String evidence) implements SubmitAnswer {}

    /** Refused for good; the message is the vendor's, cleaned and shortened. */
    record Refused(String message, String evidence) implements SubmitAnswer {}

    /**
     * Provably never written to the vendor: back to the queue.
     *
     * @param called whether the vendor was tried; false when our own guards let no call begin
     */
    record NotSent(boolean called, String evidence) implements SubmitAnswer {}

    /** Perhaps taken: never sent again. */
    record Uncertain(String evidence) implements SubmitAnswer {}
}
