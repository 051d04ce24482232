package dev.seedgate.platform.database;

import dev.seedgate.platform.values.Page;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A table that only grows, by rows with {@code id} and {@code at}; read newest first, with an id as
 * the cursor. What it can be asked for has an index each, ending in {@code at, id}.
 */
public record Log(JdbcClient jdbc, String table) {

    private static final List<String> ORDER = List.of("at", "id");

    /**
     * A page of the rows.
     *
     * @param indexed what columns must equal, in the order of an index
     * @param others what others must; only where few rows are left for them to be read
     * @param from at or after, or null
     * @param to before, or null
     * @param cursor the id before which the page begins, or null
     */
    public <T> Page<T> page(
            SequencedMap<String, Object> indexed,
            Map<String, Object> others,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            @Nullable Long cursor,
            int limit,
            RowMapper<T> row,
            ToLongFunction<T> id) {
        SequencedMap<String, String> scope = new LinkedHashMap<>();
        indexed.keySet().forEach(column -> scope.put(column, ":" + column));
        Map<String, Object> parameters = new HashMap<>(indexed);
        parameters.putAll(others);
        List<String> below = List.of("'infinity'::timestamptz");
        if (cursor != null) {
            // Where an earlier page ended, which was before the time asked for.
            below = List.of("(select at from " + table + " where id = :cursor)", ":cursor");
            parameters.put("cursor", cursor);
        } else if (to != null) {
            below = List.of(":to");
            parameters.put("to", to);
        }
        if (from != null) {
            parameters.put("from", from);
        }
        String rest =
                others.keySet().stream()
                        .map(column -> " and %s = :%1$s".formatted(column))
                        .collect(Collectors.joining());
        List<T> found =
                jdbc.sql(
                                new NewestFirst(table, scope, ORDER)
                                        .select(
                                                "*",
                                                below,
                                                List.of(
                                                        from == null
                                                                ? "'-infinity'::timestamptz"
                                                                : ":from"),
                                                rest))
                        .params(parameters)
                        .param("limit", limit + 1)
                        .query(row)
                        .list();
        return Page.of(found, limit, id::applyAsLong);
    }
}
