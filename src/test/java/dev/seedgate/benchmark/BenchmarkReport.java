package dev.seedgate.benchmark;

import dev.seedgate.benchmark.Load.Latencies;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** The rows of a benchmark: as a table, as JSON, and as a page with the curves of the latencies. */
final class BenchmarkReport {

    private static final double[] PERCENTILES = {1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9};

    private final Instant at = Instant.now();
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, double[]> curves = new LinkedHashMap<>();

    /**
     * Adds a row.
     *
     * @param against what it is measured against in this run, or NaN: then the value itself is held
     *     against floor and goal
     */
    Row row(String name, String what, double value, double against, double floor, double goal) {
        Row row = new Row(name, what, value, against, floor, goal);
        rows.add(row);
        return row;
    }

    /** Adds a figure that has no goal. */
    void figure(String what, double value) {
        row("", what, value, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Adds the latencies of a load, in milliseconds. */
    void curve(String name, Latencies latencies) {
        double[] curve = new double[PERCENTILES.length];
        for (int i = 0; i < curve.length; i++) {
            curve[i] = latencies.percentile(PERCENTILES[i]);
        }
        curves.put(
                name
                        + " (%.0f/s%s)"
                                .formatted(
                                        latencies.perSecond(),
                                        latencies.refused() == 0
                                                ? ""
                                                : ", " + latencies.refused() + " refused"),
                curve);
    }

    String table() {
        return rows.stream()
                .map(row -> "| " + String.join(" | ", row.cells()) + " |")
                .collect(
                        Collectors.joining(
                                "\n",
                                "| # | what | measured | ratio | floor / goal | |\n|---|---|---|---|---|---|\n",
                                "\n"));
    }

    String json() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("row", row.name);
            each.put("what", row.what);
            each.put("value", row.value);
            each.put("against", row.isRatio() ? row.against : null);
            each.put("ratio", row.isRatio() ? row.ratio() : null);
            each.put("floor", row.floor);
            each.put("goal", row.goal);
            each.put("note", row.note);
            all.add(each);
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("at", at.toString());
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("rows", all);
        report.put("percentiles", PERCENTILES);
        report.put("latencies_ms", curves);
        return JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(report);
    }

    /** One file, without scripts: the table, and for each load a curve of its percentiles. */
    String html() {
        String table =
                rows.stream()
                        .map(row -> "<tr><td>" + String.join("<td>", row.cells()))
                        .collect(Collectors.joining("\n"));
        String drawn =
                curves.entrySet().stream()
                        .map(curve ->
                                "<h2>" + curve.getKey() + "</h2>\n" + drawing(curve.getValue()))
                        .collect(Collectors.joining("\n"));
        return """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><title>Seedgate's benchmark</title>
        <style>
        body { font: 15px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
        td, th { padding: .2rem .8rem .2rem 0; text-align: left; }
        text { font: 11px sans-serif; }
        h2 { font-size: 1rem; margin-bottom: 0; }
        </style>
        <h1>Seedgate's benchmark</h1>
        <p>%s, %d cores; PostgreSQL, gateway, vendor and load on one machine.</p>
        <table><tr><th>#<th>What<th>Measured<th>Ratio<th>Floor / goal<th>
        %s
        </table>
        %s
        </html>
        """
                .formatted(at, Runtime.getRuntime().availableProcessors(), table, drawn);
    }

    /** Latency upwards, logarithmic from 0.1 to 1,000 ms; percentiles to the right. */
    private static String drawing(double[] curve) {
        StringBuilder points = new StringBuilder();
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < curve.length; i++) {
            int x = 40 + i * 60;
            double y = 120 - 30 * (Math.log10(Math.clamp(curve[i], 0.1, 1000)) + 1);
            points.append("%d,%.1f ".formatted(x, y));
            labels.append(
                    "<text x=\"%d\" y=\"%.1f\">%s</text><text x=\"%d\" y=\"135\">p%s</text>"
                            .formatted(
                                    x - 8, y - 6, number(curve[i]), x - 8, number(PERCENTILES[i])));
        }
        return "<svg viewBox=\"0 0 700 140\" role=\"img\"><polyline fill=\"none\" stroke=\"#2563eb\" stroke-width=\"2\" points=\"%s\"/>%s</svg>"
                .formatted(points, labels);
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return Math.abs(value) >= 100 || value == Math.rint(value)
                ? "%.0f".formatted(value)
                : "%.2f".formatted(value);
    }

    /** One figure, with what it is held against. */
    final class Row {

        private final String name;
        private final String what;
        private final double value;
        private final double against;
        private final double floor;
        private final double goal;
        private String note = "";

        private Row(
                String name, String what, double value, double against, double floor, double goal) {
            this.name = name;
            this.what = what;
            this.value = value;
            this.against = against;
            this.floor = floor;
            this.goal = goal;
        }

        private boolean isRatio() {
            return !Double.isNaN(against);
        }

        private double ratio() {
            return value / against;
        }

        /** As both tables show it. */
        private List<String> cells() {
            return List.of(
                    name,
                    what,
                    number(value),
                    isRatio() ? number(ratio()) : "",
                    Double.isNaN(floor) ? "" : number(floor) + " / " + number(goal),
                    note);
        }

        Row note(String text) {
            note = text;
            return this;
        }

        Row curve(String load, Latencies latencies) {
            BenchmarkReport.this.curve(load, latencies);
            return this;
        }
    }
}
