package dev.seedgate.billing.integrity;

import java.time.Instant;

/**
 * Something that does not add up.
 *
 * @param rule which invariant it breaks
 * @param subject the team's id or the task
 */
record LedgerFinding(
        String rule, String subject, String detail, Instant firstSeen, Instant lastSeen) {}
