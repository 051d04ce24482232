package dev.seedgate.operations.metrics;

/** The counts of tasks that are not at rest, for metrics and people alike. */
public final class OpenTasks {

    /**
     * Columns of a query: queued, oldest_queued (seconds, null when nothing waits), in_flight,
     * uncertain, expired; counted up to {@code :most}.
     */
    public static final String COUNTS =
            """
            (select count(*) from (select from task_queue where kind = 'submit' limit :most) q) as queued,
            extract(epoch from gateway_now() - (select queued_at from task_queue
                where kind = 'submit' order by queued_at limit 1)) as oldest_queued,
            (select coalesce(sum(in_flight), 0) from team_account) as in_flight,
            (select count(*) from (select from task_outcome
                where phase = 'UNCERTAIN' limit :most) u) as uncertain,
            (select count(*) from (select from task_outcome
                where phase = 'EXPIRED' limit :most) e) as expired\
            """;

    private OpenTasks() {}
}
