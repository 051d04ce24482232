package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.billing.usage.UsageReport;
import dev.seedgate.operations.console.BarChart.Series;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A team's use of the last days, out of one report: by day for the chart and its table, and by
 * project.
 */
record TeamUsage(List<Day> days, List<Project> projects) {

    static TeamUsage of(UsageReport report, LocalDate from, LocalDate to) {
        SortedMap<LocalDate, Day> days = new TreeMap<>();
        from.datesUntil(to).forEach(it -> days.put(it, new Day(it, 0, 0, 0, 0)));
        SortedMap<String, Project> projects = new TreeMap<>();
        for (Map<String, @Nullable Object> row : report.rows()) {
            long charged = UsageFigure.CHARGED.in(row);
            long refunded = UsageFigure.REFUNDED.in(row);
            long created = UsageFigure.CREATED.in(row);
            long failed = UsageFigure.FAILED.in(row);
            days.merge(
                    LocalDate.parse(String.valueOf(row.get("day"))),
                    new Day(LocalDate.EPOCH, created, failed, charged, refunded),
                    Day::plus);
            String project = Objects.requireNonNullElse((String) row.get("project"), "");
            projects.merge(
                    project, new Project(project, created, charged - refunded), Project::plus);
        }
        return new TeamUsage(new ArrayList<>(days.values()), new ArrayList<>(projects.values()));
    }

    /** Whether anything was ordered at all. */
    public boolean isEmpty() {
        return projects.isEmpty();
    }

    /**
     * The days as bars.
     *
     * @param url the page that a part leads to, by its word and its day
     */
    BarChart chart(BiFunction<String, LocalDate, String> url) {
        return BarChart.of(
                "Net and refunded credits",
                days.stream().map(it -> UsageCharts.name(it.day())).toList(),
                List.of(series("net", url, Day::net), series("refunded", url, Day::refunded)));
    }

    private Series series(
            String word, BiFunction<String, LocalDate, String> url, ToLongFunction<Day> figure) {
        return new Series(
                word,
                word,
                null,
                days.stream().map(it -> (Long) figure.applyAsLong(it)).toList(),
                days.stream().map(it -> url.apply(word, it.day())).toList());
    }

    /** A day of the billing zone. */
    record Day(LocalDate day, long created, long failed, long charged, long refunded) {

        private Day plus(Day other) {
            return new Day(
                    day,
                    created + other.created,
                    failed + other.failed,
                    charged + other.charged,
                    refunded + other.refunded);
        }

        public long net() {
            return charged - refunded;
        }
    }

    /** A project; its name is empty for what names none. */
    record Project(String name, long created, long net) {

        private Project plus(Project other) {
            return new Project(name, created + other.created, net + other.net);
        }
    }
}
