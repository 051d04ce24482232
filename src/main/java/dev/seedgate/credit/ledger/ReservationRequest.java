package dev.seedgate.credit.ledger;

import dev.seedgate.platform.values.Actor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to reserve a task's price, with the names of the moment that reports will show.
 *
 * @param reference the task
 * @param upstream the vendor's name, so that the sandbox stays out of bills
 * @param dependentValues of the columns that the caller's {@link DependentRows} have
 */
public record ReservationRequest(
        String reference,
        long teamId,
        long keyId,
        String keyName,
        @Nullable String project,
        @Nullable String costCenter,
        ClipPrice price,
        String upstream,
        Actor actor,
        Map<String, @Nullable Object> dependentValues) {}
