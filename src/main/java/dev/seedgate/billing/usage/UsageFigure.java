package dev.seedgate.billing.usage;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A figure of the usage report, in the order of its columns. What each counts is said in the API's
 * description; credits and seconds are whole.
 */
public enum UsageFigure {
    CREATED,
    SUCCEEDED,
    FAILED,
    UNCERTAIN,
    CHARGED,
    REFUNDED,
    NET("charged - refunded"),
    // A preset's label begins with the seconds of its clips.
    SECONDS("succeeded * split_part(preset, 's', 1)::int");

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String expression;

    UsageFigure() {
        expression = word;
    }

    UsageFigure(String expression) {
        this.expression = expression;
    }

    /** Its name in SQL, in a row and in CSV. */
    public String word() {
        return word;
    }

    /** Its value in a row of a report. */
    public long in(Map<String, @Nullable Object> row) {
        return row.get(word) instanceof Long it ? it : 0;
    }

    /** The names of all. */
    public static List<String> words() {
        return Arrays.stream(values()).map(UsageFigure::word).toList();
    }

    /** All as columns of SQL, each summed over a group of movements. */
    static String sums() {
        return Arrays.stream(values())
                .map(it -> "coalesce(sum(%s), 0)::bigint as %s".formatted(it.expression, it.word()))
                .collect(Collectors.joining(",\n    "));
    }
}
