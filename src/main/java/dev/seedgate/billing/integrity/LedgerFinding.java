package dev.seedgate.billing.integrity;

import java.time.Instant;

/**
 * A finding of the ledger check: something that does not add up.
 *
 * @param rule which invariant it breaks
 * @param subject the team's id, the task or the day
 */
public record LedgerFinding(
        String rule, String subject, String detail, Instant firstSeen, Instant lastSeen) {}
