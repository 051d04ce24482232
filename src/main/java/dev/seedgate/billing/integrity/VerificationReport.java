package dev.seedgate.billing.integrity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of the ledger check.
 *
 * @param checkedUntil up to which entries of the ledger what is new has been checked, null before
 *     the first
 * @param beganAt when its present round through the ledger began
 * @param completedFrom when its last whole round began, null before the first
 * @param completedAt when that ended
 */
public record VerificationReport(
        @Nullable Instant checkedUntil,
        Instant beganAt,
        @Nullable Instant completedFrom,
        @Nullable Instant completedAt,
        List<LedgerFinding> findings) {}
