package dev.seedgate.platform.database;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * SQL for one page of a growing table, read from the end of one index and no further.
 *
 * <p>The index begins with what is asked for and goes on in the order of the list. It is named by
 * comparing its columns as one row: no other index begins with the first of them and has that
 * order. Told the same as equalities, the planner goes by averages and takes the table's newest
 * rows one by one where it thinks that a good share of them fits; of a team that stopped long ago
 * that is all what the others did since.
 *
 * @param scope the index's first columns, each with what it must equal, in SQL
 * @param order its further columns, unique together
 */
public record NewestFirst(String table, SequencedMap<String, String> scope, List<String> order) {

    /**
     * The select, with {@code :limit} left open.
     *
     * @param below before which place the page begins: SQL for the first columns of the order
     * @param from at which place the list ends, likewise
     * @param rest further conditions, each with its {@code and}; of columns in the index, or of
     *     what drops few rows
     */
    public String select(String columns, List<String> below, List<String> from, String rest) {
        String descending =
                named(order.size()).stream()
                        .map(column -> column + " desc")
                        .collect(Collectors.joining(", "));
        return "select %s from %s where %s < %s %s and %s >= %s %s order by %s limit :limit"
                .formatted(
                        columns,
                        table,
                        row(named(below.size())),
                        row(valued(below)),
                        equalities(),
                        row(order.subList(0, from.size())),
                        row(from),
                        rest,
                        descending);
    }

    /**
     * Where the scope ends: of a row of all columns, PostgreSQL before 18 takes only the first to
     * tell that nothing more can come, and reads on to the end of that.
     */
    private String equalities() {
        return scope.sequencedEntrySet().stream()
                .map(column -> "and %s = %s".formatted(column.getKey(), column.getValue()))
                .collect(Collectors.joining(" "));
    }

    private List<String> named(int ordered) {
        List<String> columns = new ArrayList<>(scope.sequencedKeySet());
        columns.addAll(order.subList(0, ordered));
        return columns;
    }

    private List<String> valued(List<String> place) {
        List<String> values = new ArrayList<>(scope.sequencedValues());
        values.addAll(place);
        return values;
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(", ", "row(", ")"));
    }
}
