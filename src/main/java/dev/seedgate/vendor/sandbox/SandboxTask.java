package dev.seedgate.vendor.sandbox;

import java.time.Instant;

/**
 * Task of the sandbox with its status at this moment.
 *
 * @param media the name of the clip's link
 * @param refundDue whether it has failed and its credits aren't back yet
 */
record SandboxTask(
        String id,
        ClipOrder order,
        String status,
        long reportedCredits,
        String media,
        Instant createdAt,
        boolean refundDue) {

    boolean succeeded() {
        return status.equals("SUCCESS");
    }

    boolean failed() {
        return status.equals("FAILED");
    }
}
