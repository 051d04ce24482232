package dev.seedgate.billing.usage;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A query for the ledger entries that a figure of the usage report is made of.
 *
 * @param from an instant or a date of the billing zone; null = the start of the current month
 * @param to the same, exclusive; null = the end of the current month
 * @param where values of the report's columns, by their {@link #WORDS}; an empty one is none
 */
public record UsageEntryQuery(
        UsageFigure figure, @Nullable String from, @Nullable String to, Map<String, String> where) {

    /** The columns of a report that entries are found by; those of time are the range. */
    public static final List<String> WORDS =
            Stream.of(
                            GroupBy.TEAM,
                            GroupBy.PROJECT,
                            GroupBy.COST_CENTER,
                            GroupBy.PRESET,
                            GroupBy.KEY_ID)
                    .map(GroupBy::word)
                    .toList();
}
