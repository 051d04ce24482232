package dev.seedgate.credit.ledger;

import java.util.List;

/**
 * Rows of a caller's that stand or fall with a reservation: written in its statement, or not at
 * all.
 *
 * @param sql common table expressions, each behind a comma, that insert what they select {@code
 *     from taken}, which has a row for each price that is reserved: the columns below and {@code
 *     task, team_id, credits, key_id, key_name, project, cost_center, preset, upstream}; {@code
 *     :priceVersion} may be named
 * @param columns the caller's own, whose values are {@link ReservationRequest#dependentValues()}
 */
public record DependentRows(String sql, List<Column> columns) {

    /**
     * A column of an order.
     *
     * @param type in SQL, as it is for one order: no array
     */
    public record Column(String name, String type) {}
}
