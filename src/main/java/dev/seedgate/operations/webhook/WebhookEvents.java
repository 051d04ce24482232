package dev.seedgate.operations.webhook;

import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.NewTaskRows;
import dev.seedgate.task.lifecycle.TaskEnd;
import dev.seedgate.task.lifecycle.TaskEndListener;
import dev.seedgate.task.order.CallbackRegistry;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The messages that a task's end makes, in its transaction: to the team's endpoints that want it,
 * and to the URL that came with its create.
 */
@Component
class WebhookEvents implements TaskEndListener, CallbackRegistry, NewTaskRows {

    // The rows to delete are looked up one by one: planned while there were few, a join read all.
    private static final String MESSAGES =
            """
            with ended as materialized (
                select task_id, team_id, type
                from unnest((select :tasks), (select :teams), (select :types)) as e (task_id, team_id, type)
            ), callback as (
                delete from webhook_callback where ctid = any (array(
                    select c.ctid from ended e cross join lateral (
                        select w.ctid from webhook_callback w where w.task_id = e.task_id offset 0) c))
                returning task_id, endpoint_id, url
            )
            insert into webhook_delivery (endpoint_id, url, team_id, message_id, type, task_id)
            select m.endpoint_id, m.url, e.team_id, e.task_id || '.' || e.type, e.type, e.task_id
            from ended e cross join lateral (
                select id as endpoint_id, null as url from webhook_endpoint
                where team_id = e.team_id and url is not null and disabled_at is null
                    and e.type = any(events)
                union all select endpoint_id, url from callback where task_id = e.task_id) m
            """;

    private final JdbcClient jdbc;
    private final WebhookDelivery delivery;
    private final Endpoints endpoints;

    WebhookEvents(JdbcClient jdbc, WebhookDelivery delivery, Endpoints endpoints) {
        this.jdbc = jdbc;
        this.delivery = delivery;
        this.endpoints = endpoints;
    }

    @Override
    public void ended(List<TaskEnd> tasks) {
        int made =
                jdbc.sql(MESSAGES)
                        .param("tasks", SqlArrays.column("text", tasks, it -> it.task().value()))
                        .param("teams", SqlArrays.column("bigint", tasks, TaskEnd::team))
                        .param(
                                "types",
                                SqlArrays.column(
                                        "text", tasks, it -> TaskEvent.of(it.phase()).text()))
                        .update();
        if (made > 0) {
            delivery.wakeAfterCommit();
        }
    }

    @Override
    public void register(NewTask task) {
        String url = url(task);
        endpoints.checkUrl("X-Callback-Url", url);
        int made =
                jdbc.sql(
                                """
                                insert into webhook_callback (task_id, endpoint_id, url)
                                select :task, id, :url from webhook_endpoint
                                where team_id = :team and url is null and :host = any (hosts)
                                """)
                        .param("task", task.id().value())
                        .param("url", url)
                        .param("team", task.caller().teamId())
                        .param("host", host(url))
                        .update();
        if (made == 0) {
            throw new ApiException(
                    ErrorCode.CALLBACK_NOT_ALLOWED,
                    endpoints.callbacks(task.caller().teamId()).isEmpty()
                            ? "Your team has no list of hosts that X-Callback-Url may lead to; ask the operators for one, or make an endpoint at /api/webhooks."
                            : "X-Callback-Url leads to %s, which is not on your team's list of hosts; ask the operators to add it."
                                    .formatted(host(url)));
        }
    }

    @Override
    public boolean areNeededBy(NewTask task) {
        return task.order().callbackUrl() != null;
    }

    @Override
    public Map<String, String> columns() {
        return Map.of("callback_url", "text", "callback_host", "text");
    }

    @Override
    public Map<String, @Nullable Object> values(NewTask task) {
        String url = url(task);
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("callback_url", url);
        values.put("callback_host", endpoints.isUrl(url) ? host(url) : null);
        return values;
    }

    /** One whose host is none, or not on the team's list. */
    @Override
    public String leftOut() {
        return """
        o.callback_url is not null and not exists (
            select from webhook_endpoint e
            where e.team_id = o.team and e.url is null and o.callback_host = any (e.hosts))\
        """;
    }

    @Override
    public String insert() {
        return """
        called_back as (
            insert into webhook_callback (task_id, endpoint_id, url)
            select t.task, e.id, t.callback_url
            from taken t join webhook_endpoint e on e.team_id = t.team_id and e.url is null
                and t.callback_host = any (e.hosts)
        )
        """;
    }

    private static String url(NewTask task) {
        return Objects.requireNonNull(task.order().callbackUrl());
    }

    private static String host(String url) {
        return URI.create(url).getHost().toLowerCase(Locale.ROOT);
    }
}
