package dev.seedgate.billing;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the auditor knows.
 *
 * @param beganAt when its present round began
 * @param completedFrom when its last whole round began, null before the first
 * @param completedAt when that ended
 */
public record AuditReport(
        Instant beganAt,
        @Nullable Instant completedFrom,
        @Nullable Instant completedAt,
        List<Finding> findings) {}
