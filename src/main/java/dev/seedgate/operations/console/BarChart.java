package dev.seedgate.operations.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A chart of stacked bars as percentages of an SVG, so that it needs no script and is as wide as
 * the page: a column for each day or month, in it a part for each series. What is negative goes
 * down from zero.
 *
 * @param ticks the figures at the side, the highest first
 * @param lines where they are, from the top; the one of zero is there
 * @param labels some of the columns' names
 */
record BarChart(
        String title,
        List<Long> ticks,
        List<String> lines,
        List<Label> labels,
        List<Part> parts,
        List<Series> series) {

    private static final int MOST_LABELS = 8;
    private static final int MOST_STEPS = 4;
    // Of a column's width; the rest is the gap.
    private static final double FILLED = 0.72;

    static BarChart of(String title, List<String> columns, List<Series> series) {
        long[] up = new long[columns.size()];
        long[] down = new long[columns.size()];
        for (Series one : series) {
            for (int i = 0; i < up.length; i++) {
                long value = one.values().get(i);
                up[i] += Math.max(0, value);
                down[i] += Math.min(0, value);
            }
        }
        Scale scale =
                Scale.of(Arrays.stream(up).max().orElse(0), Arrays.stream(down).min().orElse(0));
        double width = 100.0 / Math.max(1, columns.size());
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < up.length; i++) {
            long above = 0;
            long below = 0;
            for (Series one : series) {
                long value = one.values().get(i);
                if (value == 0) {
                    continue;
                }
                long from = value > 0 ? above : below + value;
                parts.add(
                        new Part(
                                one.style(),
                                one.name(),
                                columns.get(i),
                                value,
                                one.links().get(i),
                                percent(width * (i + (1 - FILLED) / 2)),
                                percent(width * FILLED),
                                percent(scale.fromTop(from + Math.abs(value))),
                                percent(
                                        scale.fromTop(from)
                                                - scale.fromTop(from + Math.abs(value)))));
                above += Math.max(0, value);
                below += Math.min(0, value);
            }
        }
        return new BarChart(
                title,
                scale.ticks(),
                scale.ticks().stream().map(it -> percent(scale.fromTop(it))).toList(),
                labels(columns, width),
                parts,
                series);
    }

    private static List<Label> labels(List<String> columns, double width) {
        int step = Math.ceilDiv(columns.size(), MOST_LABELS);
        List<Label> labels = new ArrayList<>();
        for (int i = 0; i < columns.size(); i += step) {
            labels.add(
                    new Label(columns.get(i), percent(width * (i + 0.5)), labels.size() % 2 == 1));
        }
        return labels;
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.2f%%", part);
    }

    /** The axis at the side, from a round figure to a round figure. */
    private record Scale(long low, long high, long step) {

        static Scale of(long highest, long lowest) {
            long step = 1;
            for (int i = 0; Math.ceilDiv(highest - lowest, step) > MOST_STEPS; i++) {
                // 1, 2, 5, 10, 20, …
                step = i % 3 == 1 ? step / 2 * 5 : step * 2;
            }
            return new Scale(
                    Math.floorDiv(lowest, step) * step,
                    Math.max(1, Math.ceilDiv(highest, step)) * step,
                    step);
        }

        double fromTop(long value) {
            return 100.0 * (high - value) / (high - low);
        }

        List<Long> ticks() {
            List<Long> ticks = new ArrayList<>();
            for (long tick = high; tick >= low; tick -= step) {
                ticks.add(tick);
            }
            return ticks;
        }
    }

    /**
     * What is stacked, with a value for each column.
     *
     * @param style its class in the style sheet
     * @param link what is behind all of it, null for nothing of its own
     * @param links what is behind each value
     */
    record Series(
            String style,
            String name,
            @Nullable String link,
            List<Long> values,
            List<String> links) {

        public long total() {
            return values.stream().mapToLong(Long::longValue).sum();
        }
    }

    /** A value of a series. */
    record Part(
            String style,
            String name,
            String column,
            long value,
            String link,
            String x,
            String width,
            String y,
            String height) {}

    /**
     * A column's name under the axis.
     *
     * @param between whether a small screen leaves it out
     */
    record Label(String text, String x, boolean between) {}
}
