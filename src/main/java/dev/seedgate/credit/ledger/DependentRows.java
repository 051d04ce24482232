package dev.seedgate.credit.ledger;

import java.util.List;
import java.util.stream.Stream;

/**
 * Rows of a caller's that stand or fall with a reservation: written in its statement, or not at
 * all.
 *
 * @param leftOut a condition in SQL on an order {@code o}, by its columns {@code task, team,
 *     credits} and those below, with which it is neither judged nor reserved; it is asked once for
 *     each, and is never null
 * @param sql common table expressions, each behind a comma, that insert what they select {@code
 *     from taken}, which has a row for each price that is reserved: the columns below and {@code
 *     task, team_id, credits, key_id, key_name, project, cost_center, preset, upstream}; {@code
 *     :priceVersion} may be named
 * @param columns the caller's own, whose values are {@link ReservationRequest#dependentValues()}
 */
public record DependentRows(String leftOut, String sql, List<Column> columns) {

    /** Rows that can always be written. */
    public DependentRows(String sql, List<Column> columns) {
        this("false", sql, columns);
    }

    /** These and those. */
    public DependentRows and(DependentRows others) {
        return new DependentRows(
                "%s or (%s)".formatted(leftOut, others.leftOut),
                sql + others.sql,
                Stream.concat(columns.stream(), others.columns.stream()).toList());
    }

    /**
     * A column of an order.
     *
     * @param type in SQL, as it is for one order: no array
     */
    public record Column(String name, String type) {}
}
