package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.GroupBy;
import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.billing.usage.UsageReport;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * A usage report as a page shows it: the first rows, the others as one, and bars. Shown and rest
 * are the total, which {@link #isWhole} checks.
 *
 * @param groups the columns before the figures
 */
record UsageTable(
        List<String> groups,
        List<Row> shown,
        int restRows,
        Map<String, Long> rest,
        UsageReport.UsageTotal total,
        List<Bar> bars) {

    private static final int MOST_BARS = 62;

    // What the task list has filters for; a row of others has no list of its own.
    private static final Set<String> FILTERED = Set.of("team", "project", "day", "month");

    /**
     * The table.
     *
     * @param from a date, or an instant
     * @param most the rows to show
     */
    static UsageTable of(UsageReport report, String from, String to, int most) {
        List<Map<String, @Nullable Object>> rows = report.rows();
        List<String> groups =
                rows.isEmpty()
                        ? List.of()
                        : rows.getFirst().keySet().stream()
                                .filter(it -> !UsageFigure.words().contains(it))
                                .toList();
        int count = Math.min(most, rows.size());
        List<Map<String, @Nullable Object>> others = rows.subList(count, rows.size());
        Map<String, Long> rest = new LinkedHashMap<>();
        UsageFigure.words().forEach(word -> rest.put(word, sum(others, word)));
        return new UsageTable(
                groups,
                rows.subList(0, count).stream().map(it -> Row.of(it, groups, from, to)).toList(),
                others.size(),
                rest,
                report.total(),
                bars(rows, groups));
    }

    /** Whether what is shown and the rest add up to the total, in each column of credits. */
    public boolean isWhole() {
        return adds("charged", total.charged())
                && adds("refunded", total.refunded())
                && adds("net", total.net())
                && adds("created", total.created());
    }

    /** The net credits of the rows that are shown. */
    public long getShownNet() {
        return shown.stream().mapToLong(it -> it.figure("net")).sum();
    }

    private boolean adds(String word, long whole) {
        return shown.stream().mapToLong(it -> it.figure(word)).sum()
                        + Objects.requireNonNullElse(rest.get(word), 0L)
                == whole;
    }

    private static long sum(List<Map<String, @Nullable Object>> rows, String word) {
        return rows.stream().mapToLong(it -> it.get(word) instanceof Long value ? value : 0).sum();
    }

    /** One for each value of the first column; none for a single value or too many. */
    private static List<Bar> bars(List<Map<String, @Nullable Object>> rows, List<String> groups) {
        if (groups.isEmpty()) {
            return List.of();
        }
        Map<String, long[]> sums = new LinkedHashMap<>();
        for (Map<String, @Nullable Object> row : rows) {
            long[] sum = sums.computeIfAbsent(text(row.get(groups.getFirst())), _ -> new long[2]);
            sum[0] += row.get("net") instanceof Long it ? it : 0;
            sum[1] += row.get("refunded") instanceof Long it ? it : 0;
        }
        if (sums.size() < 2 || sums.size() > MOST_BARS) {
            return List.of();
        }
        long highest =
                sums.values().stream().mapToLong(it -> Math.max(0, it[0]) + it[1]).max().orElse(0);
        double unit = highest == 0 ? 0 : 100.0 / highest;
        double width = 600.0 / sums.size();
        List<Bar> bars = new ArrayList<>();
        sums.forEach((name, sum) ->
                bars.add(
                        new Bar(
                                name,
                                sum[0],
                                sum[1],
                                Math.round(bars.size() * width),
                                Math.max(2, Math.round(width * 0.7)),
                                Math.round(Math.max(0, sum[0]) * unit),
                                Math.round(sum[1] * unit))));
        return bars;
    }

    private static String text(@Nullable Object cell) {
        return cell == null ? "none" : cell.toString();
    }

    /** The words that a report can be grouped by. */
    static List<String> words() {
        return Arrays.stream(GroupBy.values())
                .filter(it -> !it.isNumber())
                .map(GroupBy::word)
                .toList();
    }

    /**
     * A row.
     *
     * @param tasks the list of what was made in it, null where it has no such filter
     */
    record Row(List<String> cells, Map<String, @Nullable Object> values, @Nullable String tasks) {

        static Row of(
                Map<String, @Nullable Object> row, List<String> groups, String from, String to) {
            return new Row(
                    groups.stream().map(it -> text(row.get(it))).toList(),
                    row,
                    tasks(row, groups, from, to));
        }

        public long figure(String word) {
            return values.get(word) instanceof Long it ? it : 0;
        }

        /** The list with these phases alone, or null. */
        public @Nullable String tasks(String phases) {
            return tasks == null
                    ? null
                    : UriComponentsBuilder.fromUriString(tasks)
                            .queryParam("phase", phases)
                            .build()
                            .toUriString();
        }

        private static @Nullable String tasks(
                Map<String, @Nullable Object> row, List<String> groups, String from, String to) {
            String since = from;
            String until = to;
            UriComponentsBuilder url = UriComponentsBuilder.fromPath(TaskListFilter.PATH);
            for (String group : groups) {
                Object cell = row.get(group);
                if (!FILTERED.contains(group) || cell == null) {
                    return null;
                }
                switch (group) {
                    case "day" -> {
                        since = cell.toString();
                        until = LocalDate.parse(since).plusDays(1).toString();
                    }
                    case "month" -> {
                        YearMonth month = YearMonth.parse(cell.toString());
                        // A report of a part of a month has the tasks of that part.
                        since = later(month.atDay(1).toString(), from);
                        until = earlier(month.plusMonths(1).atDay(1).toString(), to);
                    }
                    default -> url.queryParam(group, cell);
                }
            }
            return url.queryParam("from", since)
                    .queryParam("to", until)
                    .encode()
                    .build()
                    .toUriString();
        }

        private static String later(String date, String other) {
            return date.compareTo(other) >= 0 ? date : other;
        }

        private static String earlier(String date, String other) {
            return date.compareTo(other) <= 0 ? date : other;
        }
    }

    /** A bar of two parts, in units of an image of 600 by 100. */
    record Bar(String name, long net, long refunded, long x, long width, long high, long back) {}
}
