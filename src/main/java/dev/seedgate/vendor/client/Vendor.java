package dev.seedgate.vendor.client;

import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.TaskLookup;
import dev.seedgate.vendor.throttle.Permit;
import java.time.Duration;

/**
 * Client of the vendor, behind its guards. Calls block the thread and never throw for what the
 * vendor or the network does: every outcome is an answer. A pause that an answer calls for has been
 * recorded when it returns.
 */
public interface Vendor {

    /** The built-in one's name. */
    String SANDBOX = Endpoint.SANDBOX;

    /** The vendor's name as it is written beside each task: {@code sandbox} or {@code seedance}. */
    String name();

    /** Whether it is the built-in one, whose clips and credits are not real. */
    default boolean isSandbox() {
        return name().equals(SANDBOX);
    }

    /** How many calls one instance may have in flight. */
    int maxConcurrent();

    /** The longest a submit can take, from its permit to the end of the answer. */
    Duration longestSubmit();

    /** The longest a poll can take. */
    Duration longestPoll();

    /**
     * Buys one clip. The call begins before the permit ends, and at most one request is written, or
     * none at all. It ends within the connect timeout plus the submit timeout, interrupted or not:
     * leaving earlier would make a paid answer uncertain.
     */
    SubmitAnswer submit(ClipRequest request, Permit permit);

    /** Asks whether there is a clip with this id, and what was ordered with it. */
    TaskLookup lookUp(String upstreamTaskId, Permit permit);

    /** Asks for the state of one clip. */
    PollAnswer poll(String upstreamTaskId, Permit permit);
}
