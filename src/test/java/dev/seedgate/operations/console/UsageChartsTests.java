package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.seedgate.billing.usage.UsageReport;
import dev.seedgate.operations.console.BarChart.Part;
import dev.seedgate.operations.console.BarChart.Series;
import dev.seedgate.platform.database.BillingCalendar.Range;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The pictures of a usage report: what is stacked is the report's figures, each once. */
class UsageChartsTests {

    @Test
    void stacksTheLargestTeamsAndAllOthers() {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int team = 1; team <= 8; team++) {
            rows.add(row("day", "2026-11-02", "team-" + team, 100L * team, 10));
        }
        UsageCharts charts = charts(rows, "2026-11-01", "2026-12-01");
        assertThat(charts.teams().series())
                .extracting(Series::name, Series::total)
                .containsExactly(
                        tuple("team-8", 800L),
                        tuple("team-7", 700L),
                        tuple("team-6", 600L),
                        tuple("team-5", 500L),
                        tuple("team-4", 400L),
                        tuple("all others (3)", 600L));
        assertThat(charts.money().series())
                .extracting(Series::name, Series::total)
                .containsExactly(tuple("net", 3600L), tuple("refunded", 80L));
        assertThat(charts.teams().parts().getFirst().link())
                .isEqualTo(
                        EntryFilter.PATH + "?figure=net&team=team-8&from=2026-11-02&to=2026-11-03");
        assertThat(charts.teams().labels())
                .hasSizeBetween(5, 8)
                .first()
                .matches(it -> it.text().equals("1 Nov"));
    }

    @Test
    void takesMonthsWhereDaysAreTooMany() {
        Range years = range("2001-01-01", "2101-01-01");
        assertThat(UsageCharts.groups(years)).containsExactly("month", "team");
        UsageCharts charts =
                charts(
                        List.of(
                                row("month", "2026-09", "kites", 5, 0),
                                row("month", "2026-11", "kites", 7, 0)),
                        "2001-01-01",
                        "2101-01-01");
        assertThat(charts.teams().labels())
                .extracting(BarChart.Label::text)
                .containsExactly("Sep 2026", "Oct 2026", "Nov 2026");
        assertThat(UsageCharts.of(report(List.of()), years)).isNull();
    }

    /** A refund may come on a day with less charges. */
    @Test
    void drawsWhatIsNegativeBelowZero() {
        BarChart chart =
                BarChart.of(
                        "Net",
                        List.of("a", "b"),
                        List.of(series("one", 60, -20), series("two", 40, 10)));
        assertThat(chart.ticks()).containsExactly(100L, 50L, 0L, -50L);
        assertThat(chart.parts())
                .extracting(Part::name, Part::column, Part::y, Part::height)
                .containsExactly(
                        tuple("one", "a", "26.67%", "40.00%"),
                        tuple("two", "a", "0.00%", "26.67%"),
                        tuple("one", "b", "66.67%", "13.33%"),
                        tuple("two", "b", "60.00%", "6.67%"));
    }

    @Test
    void hasAnAxisForNothingAndForMuch() {
        assertThat(BarChart.of("Net", List.of("a"), List.of(series("one", 0))).ticks())
                .containsExactly(1L, 0L);
        assertThat(BarChart.of("Net", List.of("a"), List.of(series("one", 12_345))).ticks())
                .containsExactly(15_000L, 10_000L, 5_000L, 0L);
    }

    private static Series series(String name, long... values) {
        List<Long> boxed = Arrays.stream(values).boxed().toList();
        return new Series("s1", name, null, boxed, boxed.stream().map(_ -> "/").toList());
    }

    private static UsageCharts charts(
            List<Map<String, @Nullable Object>> rows, String from, String to) {
        UsageCharts charts = UsageCharts.of(report(rows), range(from, to));
        assertThat(charts).isNotNull();
        return Objects.requireNonNull(charts);
    }

    private static UsageReport report(List<Map<String, @Nullable Object>> rows) {
        return new UsageReport(
                rows, new UsageReport.UsageTotal(0, 0, 0, 0, 0, 0, 0, 0, null, null, null), false);
    }

    private static Range range(String from, String to) {
        ZoneId zone = ZoneOffset.UTC;
        return new Range(
                zone,
                LocalDate.parse(from).atStartOfDay(zone).toInstant(),
                LocalDate.parse(to).atStartOfDay(zone).toInstant());
    }

    private static Map<String, @Nullable Object> row(
            String time, String at, String team, long net, long refunded) {
        return Map.of(time, at, "team", team, "net", net, "refunded", refunded);
    }
}
