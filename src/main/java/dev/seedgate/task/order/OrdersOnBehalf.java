package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Order;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/**
 * Orders that somebody who is signed in makes in a team's name. They are the team's own in
 * everything: read, priced and admitted by the same rules, charged to one of its keys. The audit
 * log says whose they were.
 */
@Service
public class OrdersOnBehalf {

    private final TaskCreation creation;
    private final Quotes quotes;
    private final OrderParser orders;

    OrdersOnBehalf(TaskCreation creation, Quotes quotes, OrderParser orders) {
        this.creation = creation;
        this.quotes = quotes;
        this.orders = orders;
    }

    /** What this body of a create would cost, and whether it would be taken. */
    public Quote quote(
            AuthenticatedTeam payer, JsonNode body, @Nullable String project, String requestId) {
        return quotes.quote(
                payer,
                new Order(orders.read(body), project(project, payer), null, requestId, null));
    }

    /**
     * Orders it; known by its idempotency key, it is the task of the first time.
     *
     * @param payer the key that it is charged to
     * @param project null for the key's own
     */
    public TaskId create(
            AuthenticatedTeam payer,
            JsonNode body,
            @Nullable String project,
            @Nullable String idempotencyKey,
            String requestId,
            Actor actor) {
        Order order =
                new Order(
                        orders.read(body),
                        project(project, payer),
                        IdempotencyKey.required(idempotencyKey),
                        requestId,
                        null);
        return creation.create(payer, order, actor).task();
    }

    private static @Nullable String project(@Nullable String project, AuthenticatedTeam payer) {
        if (project == null) {
            return payer.project();
        }
        if (!project.matches(ProjectName.FORM)) {
            throw new ApiException(
                    ErrorCode.INVALID_PROJECT, "project must be " + ProjectName.RULE + ".");
        }
        return project;
    }
}
