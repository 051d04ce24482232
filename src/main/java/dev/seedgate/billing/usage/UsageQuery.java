package dev.seedgate.billing.usage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query for a usage report, as the caller wrote it.
 *
 * @param team whose, null = everybody's
 * @param from an instant or a date of the billing zone; null = the start of the current month
 * @param to the same, exclusive; null = the end of the current month
 * @param groupBy words of the report's columns
 */
public record UsageQuery(
        @Nullable Long team, @Nullable String from, @Nullable String to, List<String> groupBy) {}
