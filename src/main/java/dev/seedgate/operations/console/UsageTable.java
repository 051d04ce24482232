package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.GroupBy;
import dev.seedgate.billing.usage.UsageEntryQuery;
import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.billing.usage.UsageReport;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A usage report as a page shows it: the first rows and the others as one. Shown and rest are the
 * total, which {@link #isWhole} checks.
 *
 * @param groups the columns before the figures
 * @param all what leads to the entries of the total
 */
record UsageTable(
        List<String> groups,
        List<Row> shown,
        int restRows,
        Map<String, Long> rest,
        UsageReport.UsageTotal total,
        Row all) {

    private static final List<UsageFigure> FIGURES =
            List.of(
                    UsageFigure.CREATED,
                    UsageFigure.SUCCEEDED,
                    UsageFigure.FAILED,
                    UsageFigure.UNCERTAIN,
                    UsageFigure.CHARGED,
                    UsageFigure.REFUNDED,
                    UsageFigure.NET);

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
        for (UsageFigure figure : UsageFigure.values()) {
            rest.put(figure.word(), others.stream().mapToLong(figure::in).sum());
        }
        return new UsageTable(
                groups,
                rows.subList(0, count).stream().map(it -> Row.of(it, groups, from, to)).toList(),
                others.size(),
                rest,
                report.total(),
                Row.of(Map.of(), List.of(), from, to));
    }

    /** Whether what is shown and the rest add up to the total, in each column of credits. */
    public boolean isWhole() {
        return Stream.of(
                        UsageFigure.CHARGED,
                        UsageFigure.REFUNDED,
                        UsageFigure.NET,
                        UsageFigure.CREATED)
                .allMatch(this::adds);
    }

    /** The net credits of the rows that are shown. */
    public long getShownNet() {
        return shown.stream().mapToLong(it -> it.figure(UsageFigure.NET)).sum();
    }

    private boolean adds(UsageFigure figure) {
        return shown.stream().mapToLong(it -> it.figure(figure)).sum()
                        + Objects.requireNonNullElse(rest.get(figure.word()), 0L)
                == of(figure);
    }

    private static String text(@Nullable Object cell) {
        return cell == null ? "none" : cell.toString();
    }

    /** A figure of the total. */
    public long of(UsageFigure figure) {
        return switch (figure) {
            case CREATED -> total.created();
            case SUCCEEDED -> total.succeeded();
            case FAILED -> total.failed();
            case UNCERTAIN -> total.uncertain();
            case CHARGED -> total.charged();
            case REFUNDED -> total.refunded();
            case NET -> total.net();
            case SECONDS -> total.seconds();
        };
    }

    /** The figures, in the order of the columns. */
    public List<UsageFigure> getFigures() {
        return FIGURES;
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
     * @param where what it is of, by the report's words; empty for what names none
     */
    record Row(
            List<String> cells,
            Map<String, @Nullable Object> values,
            String from,
            String to,
            Map<String, String> where) {

        static Row of(
                Map<String, @Nullable Object> row, List<String> groups, String from, String to) {
            String since = from;
            String until = to;
            Map<String, String> where = new LinkedHashMap<>();
            for (String group : groups) {
                String cell = Objects.toString(row.get(group), "");
                switch (group) {
                    case "day" -> {
                        LocalDate day = LocalDate.parse(cell);
                        since = later(cell, from);
                        until = earlier(day.plusDays(1).toString(), to);
                    }
                    case "month" -> {
                        YearMonth month = YearMonth.parse(cell);
                        // A report of a part of a month has the entries of that part.
                        since = later(month.atDay(1).toString(), since);
                        until = earlier(month.plusMonths(1).atDay(1).toString(), until);
                    }
                    // Its id comes with it.
                    case "key" -> {}
                    default -> where.put(group, cell);
                }
            }
            return new Row(
                    groups.stream().map(it -> text(row.get(it))).toList(),
                    row,
                    since,
                    until,
                    where);
        }

        public long figure(UsageFigure figure) {
            return figure.in(values);
        }

        UsageEntryQuery entries(UsageFigure figure) {
            return new EntryFilter(figure, from, to, where).query();
        }

        /** What a figure is made of: tasks where their list shows just these, else entries. */
        public String link(UsageFigure figure) {
            EntryFilter filter = new EntryFilter(figure, from, to, where);
            String tasks =
                    figure == UsageFigure.CREATED || figure == UsageFigure.UNCERTAIN
                            ? filter.getTasks()
                            : null;
            return tasks == null ? filter.getUrl() : tasks;
        }

        private static String later(String date, String other) {
            return date.compareTo(other) >= 0 ? date : other;
        }

        private static String earlier(String date, String other) {
            return date.compareTo(other) <= 0 ? date : other;
        }
    }
}
