package dev.seedgate.billing;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What usage can be broken down by; the words are those of callers and of the columns. */
enum Grouping {
    TEAM("e.team_slug"),
    PROJECT("e.project"),
    COST_CENTER("e.cost_center"),
    PRESET("e.preset"),
    // By name: a rotated key goes on as the same row.
    KEY("e.key_name"),
    DAY("to_char(e.at at time zone :zone, 'YYYY-MM-DD')"),
    MONTH("to_char(e.at at time zone :zone, 'YYYY-MM')");

    private final String expression;

    Grouping(String expression) {
        this.expression = expression;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String expression() {
        return expression;
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
