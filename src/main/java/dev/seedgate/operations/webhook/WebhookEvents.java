package dev.seedgate.operations.webhook;

import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskEndListener;
import dev.seedgate.task.order.CallbackRegistry;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The messages that a task's end makes, in its transaction: to the team's endpoints that want it,
 * and to the URL that came with its create.
 */
@Component
class WebhookEvents implements TaskEndListener, CallbackRegistry {

    private final JdbcClient jdbc;
    private final WebhookDelivery delivery;
    private final Endpoints endpoints;

    WebhookEvents(JdbcClient jdbc, WebhookDelivery delivery, Endpoints endpoints) {
        this.jdbc = jdbc;
        this.delivery = delivery;
        this.endpoints = endpoints;
    }

    @Override
    public void ended(TaskId task, long team, Phase phase) {
        String type = TaskEvent.of(phase).text();
        int made =
                jdbc.sql(
                                """
                                with callback as (
                                    delete from webhook_callback where task_id = :task returning endpoint_id, url
                                )
                                insert into webhook_delivery (endpoint_id, url, team_id, message_id, type, task_id)
                                select t.endpoint_id, t.url, :team, :message, :type, :task
                                from (select id as endpoint_id, null as url from webhook_endpoint
                                      where team_id = :team and url is not null and disabled_at is null
                                          and :type = any(events)
                                      union all select endpoint_id, url from callback) t
                                """)
                        .param("task", task.value())
                        .param("team", team)
                        .param("message", task.value() + "." + type)
                        .param("type", type)
                        .update();
        if (made > 0) {
            delivery.wakeAfterCommit();
        }
    }

    @Override
    public void register(NewTask task) {
        String url = url(task);
        endpoints.checkUrl("X-Callback-Url", url);
        if (registerAll(List.of(task)).isEmpty()) {
            throw new ApiException(
                    ErrorCode.CALLBACK_NOT_ALLOWED,
                    endpoints.callbacks(task.caller().teamId()).isEmpty()
                            ? "Your team has no list of hosts that X-Callback-Url may lead to; ask the operators for one, or make an endpoint at /api/webhooks."
                            : "X-Callback-Url leads to %s, which is not on your team's list of hosts; ask the operators to add it."
                                    .formatted(host(task)));
        }
    }

    @Override
    public Set<String> registerAll(Collection<NewTask> tasks) {
        List<NewTask> good = tasks.stream().filter(it -> endpoints.isUrl(url(it))).toList();
        return jdbc.sql(
                        """
                        insert into webhook_callback (task_id, endpoint_id, url)
                        select c.task_id, e.id, c.url
                        from unnest((select :tasks), (select :teams), (select :hosts), (select :urls))
                                c (task_id, team_id, host, url)
                            join webhook_endpoint e on e.team_id = c.team_id and e.url is null
                                and c.host = any (e.hosts)
                        returning task_id
                        """)
                .param("tasks", SqlArrays.column("text", good, task -> task.id().value()))
                .param("teams", SqlArrays.column("int8", good, task -> task.caller().teamId()))
                .param("hosts", SqlArrays.column("text", good, WebhookEvents::host))
                .param("urls", SqlArrays.column("text", good, WebhookEvents::url))
                .query((row, _) -> row.getString("task_id"))
                .set();
    }

    @Override
    public void forget(Collection<NewTask> tasks) {
        jdbc.sql("delete from webhook_callback where task_id = any ((select :tasks)::text[])")
                .param("tasks", SqlArrays.column("text", tasks, task -> task.id().value()))
                .update();
    }

    private static String url(NewTask task) {
        return Objects.requireNonNull(task.order().callbackUrl());
    }

    private static String host(NewTask task) {
        return URI.create(url(task)).getHost().toLowerCase(Locale.ROOT);
    }
}
