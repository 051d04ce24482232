package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.billing.usage.UsageReport;
import dev.seedgate.operations.console.BarChart.Series;
import dev.seedgate.platform.database.BillingCalendar.Range;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The charts of a usage report over time: the net credits by team, and all teams' net and refunded
 * credits.
 */
record UsageCharts(BarChart teams, BarChart money) {

    // More are one: nobody tells ten colors apart.
    private static final int MOST_TEAMS = 5;
    private static final int MOST_COLUMNS = 62;

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("MMM uuuu", Locale.ENGLISH);

    /** What a report of this time has to be grouped by: days, or months if those are too many. */
    static List<String> groups(Range range) {
        return List.of(
                first(range).plusDays(MOST_COLUMNS).isAfter(last(range)) ? "day" : "month", "team");
    }

    /**
     * The charts, or null where there is nothing to see or too much.
     *
     * @param report grouped by {@link #groups}
     */
    static @Nullable UsageCharts of(UsageReport report, Range range) {
        boolean days = groups(range).getFirst().equals("day");
        List<Column> columns = days ? days(range) : months(report, range);
        Map<String, long[][]> teams = new LinkedHashMap<>();
        Map<String, Integer> places = new LinkedHashMap<>();
        columns.forEach(it -> places.put(it.key(), places.size()));
        for (Map<String, @Nullable Object> row : report.rows()) {
            Integer place = places.get(String.valueOf(row.get(days ? "day" : "month")));
            if (place != null) {
                long[][] sums =
                        teams.computeIfAbsent(
                                String.valueOf(row.get("team")), _ -> new long[columns.size()][2]);
                sums[place][0] += UsageFigure.NET.in(row);
                sums[place][1] += UsageFigure.REFUNDED.in(row);
            }
        }
        if (columns.size() > MOST_COLUMNS || teams.isEmpty()) {
            return null;
        }
        List<String> ranked =
                teams.entrySet().stream()
                        .sorted(
                                Comparator.comparingLong((Map.Entry<String, long[][]> it) ->
                                                -sum(it.getValue(), 0))
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .map(Map.Entry::getKey)
                        .toList();
        // A single other one has its own name.
        int named =
                ranked.size() == MOST_TEAMS + 1
                        ? ranked.size()
                        : Math.min(MOST_TEAMS, ranked.size());
        List<Series> stacked = new ArrayList<>();
        for (int i = 0; i < named; i++) {
            String team = ranked.get(i);
            long[][] sums = teams.getOrDefault(team, new long[0][0]);
            stacked.add(
                    series(
                            "s" + (i + 1),
                            team,
                            Map.of("team", team),
                            columns,
                            place -> sums[place][0]));
        }
        List<long[][]> others =
                ranked.subList(named, ranked.size()).stream()
                        .map(it -> teams.getOrDefault(it, new long[0][0]))
                        .toList();
        if (!others.isEmpty()) {
            stacked.add(
                    series(
                            "others",
                            "all others (" + others.size() + ")",
                            Map.of(),
                            columns,
                            place -> others.stream().mapToLong(it -> it[place][0]).sum()));
        }
        List<String> names = columns.stream().map(Column::name).toList();
        return new UsageCharts(
                BarChart.of("Net credits by team", names, stacked),
                BarChart.of(
                        "Net and refunded credits",
                        names,
                        List.of(
                                all("net", teams, 0, columns),
                                all("refunded", teams, 1, columns))));
    }

    private static Series all(
            String word, Map<String, long[][]> teams, int which, List<Column> columns) {
        return series(
                word,
                word,
                Map.of(),
                columns,
                place -> teams.values().stream().mapToLong(it -> it[place][which]).sum());
    }

    private static Series series(
            String style,
            String name,
            Map<String, String> where,
            List<Column> columns,
            IntToLongFunction value) {
        String figure = style.equals("refunded") ? "refunded" : "net";
        boolean others = style.equals("others");
        return new Series(
                style,
                name,
                others
                        ? null
                        : EntryFilter.url(
                                figure, columns.getFirst().from(), columns.getLast().to(), where),
                IntStream.range(0, columns.size()).mapToObj(value::applyAsLong).toList(),
                columns.stream()
                        .map(it ->
                                others
                                        ? ReportPages.url(it.from(), it.to(), List.of("team"))
                                        : EntryFilter.url(figure, it.from(), it.to(), where))
                        .toList());
    }

    private static List<Column> days(Range range) {
        return first(range)
                .datesUntil(last(range).plusDays(1))
                .map(it -> column(it.toString(), name(it), it, it.plusDays(1), range))
                .toList();
    }

    /** Those from the first to the last with something in them. */
    private static List<Column> months(UsageReport report, Range range) {
        List<YearMonth> found =
                report.rows().stream()
                        .map(it -> YearMonth.parse(String.valueOf(it.get("month"))))
                        .toList();
        if (found.isEmpty()) {
            return List.of();
        }
        YearMonth last = Collections.max(found);
        List<Column> columns = new ArrayList<>();
        for (YearMonth month = Collections.min(found);
                !month.isAfter(last) && columns.size() <= MOST_COLUMNS;
                month = month.plusMonths(1)) {
            columns.add(
                    column(
                            month.toString(),
                            MONTH.format(month),
                            month.atDay(1),
                            month.plusMonths(1).atDay(1),
                            range));
        }
        return columns;
    }

    /** A report of a part of a day or month has the entries of that part. */
    private static Column column(
            String key, String name, LocalDate from, LocalDate to, Range range) {
        boolean begun = from.atStartOfDay(range.zone()).toInstant().isBefore(range.from());
        boolean open = to.atStartOfDay(range.zone()).toInstant().isAfter(range.to());
        return new Column(
                key,
                name,
                begun ? range.from().toString() : from.toString(),
                open ? range.to().toString() : to.toString());
    }

    /** A day under an axis. */
    static String name(LocalDate day) {
        return DAY.format(day);
    }

    private static LocalDate first(Range range) {
        return range.from().atZone(range.zone()).toLocalDate();
    }

    private static LocalDate last(Range range) {
        return range.to().minusNanos(1).atZone(range.zone()).toLocalDate();
    }

    private static long sum(long[][] sums, int which) {
        long sum = 0;
        for (long[] place : sums) {
            sum += place[which];
        }
        return sum;
    }

    /** A day or a month, with its first moment and its end as a report writes them. */
    private record Column(String key, String name, String from, String to) {}
}
