package dev.seedgate.credit.ledger;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a caller's that stand or fall with a reservation: written in its statement, or not at
 * all.
 *
 * @param sql common table expressions, each behind a comma, that insert what they select {@code
 *     from moved}, which has one row if the price is reserved and none if not. The parameters of a
 *     {@link ReservationRequest} may be named: team, task, credits, project, costCenter, keyId,
 *     keyName, preset, priceVersion, upstream
 * @param parameters the values of its other named parameters
 */
public record DependentRows(String sql, Map<String, @Nullable Object> parameters) {}
