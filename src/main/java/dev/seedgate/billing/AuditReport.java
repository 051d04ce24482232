package dev.seedgate.billing;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the auditor knows.
 *
 * @param completedAt when it last went through all the books, null before the first time
 */
public record AuditReport(@Nullable Instant completedAt, List<Finding> findings) {}
