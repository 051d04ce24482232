package dev.seedgate.platform.database;

import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.SqlArrayValue;

/** Array parameters of statements. */
public final class SqlArrays {

    private SqlArrays() {}

    /**
     * One column of rows that a statement unnests.
     *
     * @param type of its elements, as PostgreSQL calls it
     */
    public static <T> SqlArrayValue column(
            String type, Collection<T> rows, Function<T, @Nullable Object> column) {
        return new SqlArrayValue(type, rows.stream().map(column).toArray());
    }
}
