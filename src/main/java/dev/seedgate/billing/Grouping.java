package dev.seedgate.billing;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What usage can be broken down by; the words are those of callers and of the columns. */
enum Grouping {
    TEAM("team_slug"),
    PROJECT("project"),
    COST_CENTER("cost_center"),
    PRESET("preset"),
    // By name: a rotated key goes on as the same row.
    KEY("key_name"),
    DAY("day", "YYYY-MM-DD"),
    MONTH("date_trunc('month', day)", "YYYY-MM");

    private final String expression;
    private final @Nullable String dateForm;

    Grouping(String expression) {
        this(expression, null);
    }

    Grouping(String expression, @Nullable String dateForm) {
        this.expression = expression;
        this.dateForm = dateForm;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The column's name in SQL. */
    String column() {
        return '"' + word() + '"';
    }

    /** Of a movement: what is grouped by. */
    String expression() {
        return expression;
    }

    /** Of a group: its text. Dates are written out once a group, not once an entry. */
    String shown() {
        return dateForm == null ? column() : "to_char(%s, '%s')".formatted(column(), dateForm);
    }

    /** The order of the rows, the same in every locale: by what is grouped, not by its text. */
    String order() {
        return "g." + column() + (dateForm == null ? " collate \"C\" nulls last" : "");
    }

    /** The wishes in their order, each once. */
    static Set<Grouping> parse(List<String> words, Set<Grouping> allowed) {
        Set<Grouping> groupings = new LinkedHashSet<>();
        for (String word : words) {
            if (!word.isBlank()) {
                groupings.add(
                        allowed.stream()
                                .filter(it -> it.word().equals(word.strip()))
                                .findFirst()
                                .orElseThrow(() -> unknown(allowed)));
            }
        }
        return groupings;
    }

    private static GatewayException unknown(Set<Grouping> allowed) {
        return new GatewayException(
                ErrorCode.INVALID_REQUEST,
                Arrays.stream(values())
                        .filter(allowed::contains)
                        .map(Grouping::word)
                        .collect(Collectors.joining(", ", "group_by takes the words ", ".")));
    }
}
