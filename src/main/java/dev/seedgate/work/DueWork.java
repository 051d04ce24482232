package dev.seedgate.work;

import dev.seedgate.shared.TaskId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The table of due work. A claim leases a row until a moment of the database's clock; a claimer
 * that dies needs no cleaning up after, its rows are simply due again. Verbs join the caller's
 * transaction.
 */
@Repository
public class DueWork {

    /**
     * Submits leave in the order of their start tags; the tag that left last is the queue's virtual
     * time.
     */
    private static final String CLAIM_SUBMITS =
            """
            with next as (
                select w.task_id from work w
                where w.kind = 'submit' and w.due_at <= gateway_now()
                    and not exists (select from team t where t.id = w.team_id and t.suspended)
                order by w.start_tag
                limit :limit
                for update of w skip locked
            ), claimed as (
                update work w
                set due_at = gateway_now() + :lease, leased_until = gateway_now() + :lease
                from next where w.task_id = next.task_id
                returning w.task_id, w.start_tag
            ), passed as (
                update fair_queue set virtual_time = (select max(start_tag) from claimed)
                where virtual_time < (select max(start_tag) from claimed)
            )
            select c.task_id, m.slug, t.trace_parent
            from claimed c join task t on t.id = c.task_id join team m on m.id = t.team_id
            order by c.start_tag
            """;

    private static final String CLAIM_POLLS =
            """
            with next as (
                select w.task_id from work w
                where w.kind = 'poll' and w.team_id = :team and w.due_at <= gateway_now()
                order by w.due_at
                limit :limit
                for update of w skip locked
            ), claimed as (
                update work w
                set due_at = gateway_now() + :lease, leased_until = gateway_now() + :lease
                from next where w.task_id = next.task_id
                returning w.task_id, w.accepted_at
            )
            select t.id as task_id, t.upstream_task_id, m.slug, t.trace_parent,
                   extract(epoch from gateway_now() - c.accepted_at) as age
            from claimed c join task t on t.id = c.task_id join team m on m.id = t.team_id
            """;

    private final JdbcClient jdbc;

    DueWork(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A new task waits to be submitted. */
    public void enqueue(TaskId task, long teamId, double startTag, long credits) {
        jdbc.sql(
                        """
                        insert into work (task_id, kind, team_id, due_at, start_tag, credits)
                        values (:task, 'submit', :team, gateway_now(), :tag, :credits)
                        """)
                .param("task", task.value())
                .param("team", teamId)
                .param("tag", startTag)
                .param("credits", credits)
                .update();
    }

    public List<DueSubmit> claimSubmits(int limit, Duration lease) {
        return jdbc.sql(CLAIM_SUBMITS)
                .param("limit", limit)
                .param("lease", interval(lease))
                .query((row, _) -> submit(row))
                .list();
    }

    /**
     * Claims the task that tries whether the account works again: a cheap one, and each in turn.
     */
    public Optional<DueSubmit> claimProbe(Duration lease) {
        return jdbc.sql(
                        """
                        with claimed as (
                        update work w
                        set due_at = gateway_now() + :lease, leased_until = gateway_now() + :lease,
                            probes = w.probes + 1
                        where w.task_id = (
                            select n.task_id from work n
                            where n.kind = 'submit' and n.due_at <= gateway_now()
                                and not exists (select from team t where t.id = n.team_id and t.suspended)
                            order by n.probes, n.credits, n.start_tag
                            limit 1
                            for update of n skip locked)
                        returning w.task_id)
                        select c.task_id, m.slug, t.trace_parent
                        from claimed c join task t on t.id = c.task_id join team m on m.id = t.team_id
                        """)
                .param("lease", interval(lease))
                .query((row, _) -> submit(row))
                .optional();
    }

    /**
     * The task may have stopped the account. Answers how often it has while others passed, 0 when
     * none did: then it is the account.
     */
    public int stoppedAccount(TaskId task) {
        return jdbc.sql(
                        """
                        update work w
                        set stops = stops + 1, stopped_at = coalesce(stopped_at, gateway_now())
                        where task_id = :task
                        returning case when exists (
                            select from (select at, phase, task_id from task_event order by id desc limit 10000) e
                            where e.phase = 'RENDERING' and e.at > w.stopped_at and e.task_id <> w.task_id)
                            then stops else 0 end
                        """)
                .param("task", task.value())
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** The teams with due polls, and how many each has. */
    public List<PollShare> pollShares() {
        return jdbc.sql(
                        """
                        select w.team_id, t.weight, count(*) as due, min(w.due_at) as oldest
                        from work w join team t on t.id = w.team_id
                        where w.kind = 'poll' and w.due_at <= gateway_now()
                        group by w.team_id, t.weight
                        order by oldest
                        """)
                .query((row, _) ->
                        new PollShare(
                                row.getLong("team_id"), row.getInt("weight"), row.getInt("due")))
                .list();
    }

    /** Claims a team's due polls, the oldest first. */
    public List<DuePoll> claimPolls(long teamId, int limit, Duration lease) {
        return jdbc.sql(CLAIM_POLLS)
                .param("team", teamId)
                .param("limit", limit)
                .param("lease", interval(lease))
                .query((row, _) ->
                        new DuePoll(
                                task(row),
                                row.getString("upstream_task_id"),
                                seconds(row.getDouble("age")),
                                row.getString("slug"),
                                row.getString("trace_parent")))
                .list();
    }

    /** Tasks whose row of this kind is due, oldest first; nothing is claimed. */
    public List<TaskId> due(WorkKind kind, int limit) {
        return jdbc.sql(
                        """
                        select task_id from work where kind = :kind and due_at <= gateway_now()
                        order by due_at limit :limit
                        """)
                .param("kind", kind.text())
                .param("limit", limit)
                .query((row, _) -> task(row))
                .list();
    }

    /** Tasks that have waited longer than this to be submitted and that nobody is submitting. */
    public List<TaskId> waitedLongerThan(Duration limit, int count) {
        return jdbc.sql(
                        """
                        select task_id from work
                        where kind = 'submit' and queued_at <= gateway_now() - :limit
                        order by queued_at limit :count
                        """)
                .param("limit", interval(limit))
                .param("count", count)
                .query((row, _) -> task(row))
                .list();
    }

    /**
     * The task is about to be sent; whoever sends it must be done or dead by the end of the lease.
     */
    public void sending(TaskId task, Duration lease) {
        move(task, WorkKind.SENT, lease, "leased_until = gateway_now() + :delay");
    }

    /** Back to the queue, keeping the place; {@code failed} makes the next back-off longer. */
    public void requeue(TaskId task, Duration delay, boolean failed) {
        move(
                task,
                WorkKind.SUBMIT,
                delay,
                "leased_until = null, failures = " + (failed ? "failures + 1" : "0"));
    }

    /** Back to the queue after an answer that asks for a retry; counts them. */
    public void retry(TaskId task, Duration delay) {
        move(task, WorkKind.SUBMIT, delay, "leased_until = null, retries = retries + 1");
    }

    /** The vendor has taken it: ask in a while. */
    public void rendering(TaskId task, Duration delay) {
        move(
                task,
                WorkKind.POLL,
                delay,
                "leased_until = null, accepted_at = gateway_now(), answered_at = gateway_now()");
    }

    /**
     * Ask again in a while; {@code answered} when the vendor's answer said something. Nothing
     * happens to a task that has come to rest meanwhile.
     */
    public void pollAgain(TaskId task, Duration delay, boolean answered) {
        jdbc.sql(
                        """
                        update work set due_at = gateway_now() + :delay, leased_until = null,
                            answered_at = case when :answered then gateway_now() else answered_at end
                        where task_id = :task and kind = 'poll'
                        """)
                .param("task", task.value())
                .param("delay", interval(delay))
                .param("answered", answered)
                .update();
    }

    /** SUCCESS came without a usable URL; answers how often it has. */
    public int clipless(TaskId task, Duration delay) {
        move(
                task,
                WorkKind.POLL,
                delay,
                "leased_until = null, answered_at = gateway_now(), clipless = clipless + 1");
        return jdbc.sql("select clipless from work where task_id = :task")
                .param("task", task.value())
                .query(Integer.class)
                .single();
    }

    /** Nobody knows whether the vendor has it: after this long the charge is given back. */
    public void refundIn(TaskId task, Duration delay) {
        // The lease stays: until it is over, whoever sent it may still bring an answer.
        move(task, WorkKind.REFUND, delay, "failures = 0");
    }

    /** Whether the lease of whoever last held the task has been over for so long. */
    public boolean leaseOverFor(TaskId task, Duration time) {
        return jdbc.sql(
                        """
                        select coalesce(leased_until <= gateway_now() - :time, true)
                        from work where task_id = :task
                        """)
                .param("task", task.value())
                .param("time", interval(time))
                .query(Boolean.class)
                .optional()
                .orElse(true);
    }

    /** The task is at rest. */
    public void done(TaskId task) {
        jdbc.sql("delete from work where task_id = :task").param("task", task.value()).update();
    }

    /**
     * How often this task failed to be sent in a row, and how many retries the vendor asked for.
     */
    public Tries tries(TaskId task) {
        return jdbc.sql("select failures, retries from work where task_id = :task")
                .param("task", task.value())
                .query((row, _) -> new Tries(row.getInt("failures"), row.getInt("retries")))
                .optional()
                .orElse(new Tries(0, 0));
    }

    /** Makes a task's poll due now when the vendor's last answer is older than this. */
    public Freshness pollNowIfOlderThan(TaskId task, Duration age) {
        Freshness freshness =
                jdbc.sql(
                                """
                                select answered_at <= gateway_now() - :age as stale from work
                                where task_id = :task and kind = 'poll'
                                """)
                        .param("task", task.value())
                        .param("age", interval(age))
                        .query((row, _) ->
                                row.getBoolean("stale") ? Freshness.STALE : Freshness.FRESH)
                        .optional()
                        .orElse(Freshness.ENDED);
        if (freshness == Freshness.STALE) {
            jdbc.sql(
                            """
                            update work set due_at = gateway_now()
                            where task_id = :task and kind = 'poll' and due_at > gateway_now()
                                and coalesce(leased_until <= gateway_now(), true)
                            """)
                    .param("task", task.value())
                    .update();
        }
        return freshness;
    }

    /** How much is due, counted up to {@code limit} of each, and when more will be. */
    public Agenda agenda(int limit) {
        return jdbc.sql(
                        """
                        select (select count(*) from (select from work w
                                where kind = 'submit' and due_at <= gateway_now()
                                    and not exists (select from team t where t.id = w.team_id and t.suspended)
                                limit :limit) s) as submits,
                               (select count(*) from (select from work
                                where kind = 'poll' and due_at <= gateway_now() limit :limit) p) as polls,
                               extract(epoch from (select min(due_at) from work
                                where kind = 'poll') - gateway_now()) as next_poll
                        """)
                .param("limit", limit)
                .query((row, _) -> {
                    double next = row.getDouble("next_poll");
                    Duration wait = row.wasNull() ? Agenda.NOTHING : seconds(next);
                    return new Agenda(row.getInt("submits"), row.getInt("polls"), wait);
                })
                .single();
    }

    /** What is due or will be, by kind, with the age of the oldest due row. */
    public List<Backlog> backlog() {
        return jdbc.sql(
                        """
                        select kind, count(*) as tasks, count(*) filter (where due_at <= gateway_now()) as due,
                               coalesce(greatest(extract(epoch from gateway_now() - min(due_at)), 0), 0)
                                   as oldest_due_seconds
                        from work group by kind order by kind
                        """)
                .query((row, _) ->
                        new Backlog(
                                row.getString("kind"),
                                row.getLong("tasks"),
                                row.getLong("due"),
                                row.getLong("oldest_due_seconds")))
                .list();
    }

    /** How many tasks wait to be submitted, counted up to {@code limit}. */
    public int queued(int limit) {
        return jdbc.sql(
                        "select count(*) from (select from work where kind = 'submit' limit :limit) q")
                .param("limit", limit)
                .query(Integer.class)
                .single();
    }

    private void move(TaskId task, WorkKind kind, Duration delay, String more) {
        int rows =
                jdbc.sql(
                                "update work set kind = :kind, due_at = gateway_now() + :delay, "
                                        + more
                                        + " where task_id = :task")
                        .param("kind", kind.text())
                        .param("delay", interval(delay))
                        .param("task", task.value())
                        .update();
        if (rows != 1) {
            throw new IllegalStateException("no work row of " + task);
        }
    }

    private static DueSubmit submit(ResultSet row) throws SQLException {
        return new DueSubmit(task(row), row.getString("slug"), row.getString("trace_parent"));
    }

    private static TaskId task(ResultSet row) throws SQLException {
        return new TaskId(row.getString("task_id"));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (Math.max(0, seconds) * 1e9));
    }

    private static org.postgresql.util.PGInterval interval(Duration duration) {
        return new org.postgresql.util.PGInterval(0, 0, 0, 0, 0, duration.toMillis() / 1000.0);
    }
}
