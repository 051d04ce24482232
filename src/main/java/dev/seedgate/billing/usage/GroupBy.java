package dev.seedgate.billing.usage;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A column that usage can be broken down by. */
public enum GroupBy {
    TEAM("m.team_slug"),
    PROJECT("m.project"),
    COST_CENTER("m.cost_center"),
    PRESET("m.preset"),
    KEY("m.key_name"),
    // Comes with the key: two may have one name, also of two teams.
    KEY_ID("m.key_id"),
    DAY("m.day", "YYYY-MM-DD"),
    MONTH("date_trunc('month', m.day)", "YYYY-MM");

    private final String expression;
    private final @Nullable String dateForm;

    GroupBy(String expression) {
        this(expression, null);
    }

    GroupBy(String expression, @Nullable String dateForm) {
        this.expression = expression;
        this.dateForm = dateForm;
    }

    /** Its name in a call, in SQL, in a row and in CSV. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The column's name in SQL. */
    String column() {
        return '"' + word() + '"';
    }

    /** Of a movement, {@code m}: what is grouped by. */
    String expression() {
        return expression;
    }

    /** Of a group: its text. Dates are written out once a group, not once an entry. */
    String shown() {
        return dateForm == null ? expression : "to_char(%s, '%s')".formatted(expression, dateForm);
    }

    /** The order of the rows, the same in every locale: by what is grouped, not by its text. */
    String order() {
        boolean text = dateForm == null && !isNumber();
        return expression + (text ? " collate \"C\"" : "") + " nulls last";
    }

    /** Whether its cells are numbers, not texts. */
    public boolean isNumber() {
        return this == KEY_ID;
    }

    /** Of a row: its cell. */
    @Nullable Object value(ResultSet row) throws SQLException {
        return isNumber() ? row.getObject(word(), Long.class) : row.getString(word());
    }

    /** The wishes in their order, each once. A key's name comes with its id and its team. */
    static Set<GroupBy> parse(List<String> words, Set<GroupBy> allowed) {
        Set<GroupBy> groupings = new LinkedHashSet<>();
        for (String word : words) {
            if (!word.isBlank()) {
                GroupBy grouping =
                        wishes(allowed)
                                .filter(it -> it.word().equals(word.strip()))
                                .findFirst()
                                .orElseThrow(() -> unknown(allowed));
                groupings.add(grouping);
                if (grouping == KEY) {
                    Stream.of(KEY_ID, TEAM).filter(allowed::contains).forEach(groupings::add);
                }
            }
        }
        return groupings;
    }

    private static Stream<GroupBy> wishes(Set<GroupBy> allowed) {
        return Arrays.stream(values()).filter(it -> allowed.contains(it) && it != KEY_ID);
    }

    private static ApiException unknown(Set<GroupBy> allowed) {
        return new ApiException(
                ErrorCode.INVALID_REQUEST,
                wishes(allowed)
                        .map(GroupBy::word)
                        .collect(Collectors.joining(", ", "group_by takes the words ", ".")));
    }
}
