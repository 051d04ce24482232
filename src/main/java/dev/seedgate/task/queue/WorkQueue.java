package dev.seedgate.task.queue;

import dev.seedgate.platform.values.TaskId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;

/**
 * The task queue: the table of due work, a row for each task that is not at rest. A claim leases a
 * row until a moment of the database's clock; a claimer that dies needs no cleaning up after, its
 * rows are simply due again. Verbs join the caller's transaction.
 */
@Repository
public class WorkQueue {

    /** The teams with tasks that were never dispatched. */
    private static final String WAITING_TEAMS = teamsThatAre("waiting");

    /** The teams with tasks that the vendor renders. */
    private static final String POLLED_TEAMS = teamsThatAre("polled");

    /**
     * The row of a new task, which waits to be submitted, as part of the statement that charges it.
     */
    public static final String ENQUEUE =
            """
            insert into work (task_id, kind, team_id, due_at, credits)
            select task, '%s', team_id, gateway_now(), credits from taken\
            """
                    .formatted(WorkKind.SUBMIT.word());

    private static final String NOT_SUSPENDED =
            "not exists (select from team_limits t where t.id = w.team_id and t.suspended)";

    private static final String LIMIT = "{limit}";

    /** Those of the teams that are asked for, in place of all. */
    private static final String WAITING_OF_TEAMS =
            """
            waiting as (
                select asked.team_id from unnest((select cast(:teams as bigint[]))) as asked (team_id)
                -- One that waits for nothing any more must take no other's place among the first.
                where (select w.waiting_team_id from work w where w.waiting_team_id = asked.team_id
                       order by w.queued_at, w.task_id limit 1) is not null
            )\
            """;

    /** Those of the waiting teams whose turn is next, and where in the virtual time it begins. */
    private static final String NEXT_TEAMS =
            """
            share as materialized (
                select t.id as team_id, t.weight,
                       greatest(turn.virtual_time, coalesce(s.finish_tag, 0)) as tag
                from turn cross join waiting join team_limits t on t.id = waiting.team_id and not t.suspended
                    left join queue_share s on s.team_id = t.id
                order by tag, t.id
                limit %s
            )\
            """;

    /**
     * Start-time fair queueing: a team's next task starts where its last one ended, or at the
     * virtual time if that is later; the virtual time is the start tag dispatched last. A task that
     * was dispatched before and came back keeps its tag, and its team has paid for it. One instance
     * claims at a time, so that each sees what the one before has moved; another one gets nothing
     * and looks again. A task whose row is locked is left out rather than waited for: its locker
     * takes the two rows in the other order.
     */
    private static final String CLAIM_SUBMITS =
            """
            with recursive turn as materialized (
                select virtual_time from fair_queue for update skip locked
            -- No more teams than the limit can have a task among the first.
            ), %1$s, %4$s, fresh as (
                select n.task_id, s.team_id,
                       s.tag + (n.upto - n.credits)::double precision / s.weight as start_tag,
                       s.tag + n.upto::double precision / s.weight as finish_tag
                from share s cross join lateral (
                    select q.task_id, q.credits,
                           sum(q.credits) over (order by q.queued_at, q.task_id) as upto
                    from (
                        select task_id, credits, queued_at from work
                        where waiting_team_id = s.team_id
                        order by queued_at, task_id
                        limit %3$s) q) n
            ), placed as (
                select w.task_id, w.team_id, w.placed_tag, null::double precision as finish_tag
                from turn cross join work w
                where w.placed_tag is not null and w.due_at <= gateway_now()
                    and %2$s
                order by w.placed_tag
                limit %3$s
            ), next as (
                select * from (select * from fresh union all select * from placed) every
                order by start_tag, task_id
                limit %3$s
            ), free as (
                -- By their ids alone: with a condition to go by, and statistics from when few were queued,
                -- PostgreSQL read all queued tasks to find these.
                select w.task_id, n.start_tag, n.finish_tag, w.kind, w.due_at, t.phase
                from next n join work w on w.task_id = n.task_id join task t on t.id = n.task_id
                for no key update of w, t skip locked
            ), claimed as (
                update work w
                set kind = 'sent', start_tag = free.start_tag, due_at = gateway_now() + :lease,
                    leased_until = gateway_now() + :lease
                from free
                where w.task_id = free.task_id
                    and free.kind = 'submit' and free.due_at <= gateway_now() and free.phase = 'QUEUED'
                returning w.task_id, w.team_id, w.start_tag, free.finish_tag
            ), moved as (
                insert into queue_share as s (team_id, finish_tag)
                select team_id, max(finish_tag) from claimed where finish_tag is not null
                group by team_id
                on conflict (team_id) do update
                set finish_tag = greatest(s.finish_tag, excluded.finish_tag)
            ), passed as (
                update fair_queue set virtual_time = (select max(start_tag) from claimed)
                where virtual_time < (select max(start_tag) from claimed)
            )
            """
                    .formatted("{teams}", NOT_SUSPENDED, LIMIT, NEXT_TEAMS.formatted(LIMIT));

    /**
     * The beginning of a statement that claims the task that tries whether the account works again,
     * as {@link #claimSubmits} does: a cheap one, and each in turn.
     */
    public static final String CLAIM_PROBE =
            """
            with claimed as (
                update work w
                set kind = 'sent', due_at = gateway_now() + :lease,
                    leased_until = gateway_now() + :lease, probes = w.probes + 1,
                    -- It goes before all others, and its team pays no place for it.
                    start_tag = coalesce(w.start_tag, (select virtual_time from fair_queue))
                where w.task_id = (
                    select n.task_id from work n join task t on t.id = n.task_id
                    where n.kind = 'submit' and n.due_at <= gateway_now()
                        and not exists (select from team_limits t where t.id = n.team_id and t.suspended)
                    order by n.probes, n.credits, n.queued_at
                    limit 1
                    for no key update of n, t skip locked)
                returning w.task_id, w.start_tag
            )
            """;

    private static final String ACCEPTED_NOW =
            "leased_until = null, accepted_at = gateway_now(), answered_at = gateway_now()";

    /** The first poll of tasks that the vendor has taken, as part of the statement that says so. */
    public static final String FIRST_POLL =
            """
            update work w set kind = 'poll', due_at = gateway_now() + :delay, %s
            from accepted where w.task_id = accepted.id\
            """
                    .formatted(ACCEPTED_NOW);

    /** The removal of a task at rest that had been sent, as part of the statement that ends it. */
    public static final String REMOVE_SENT =
            "delete from work w using ended where w.task_id = ended.id";

    private static final String DUE_COUNTS =
            """
            with recursive %1$s
            select (select w.task_id from work w
                    where w.placed_tag is not null and w.due_at <= gateway_now() and %2$s
                    -- By the order of its index: whether there is one is else asked of the whole table.
                    order by w.placed_tag limit 1) is not null
                       or exists (select from waiting w where w.team_id is not null and %2$s) as submits,
                   (select count(*) from (select from work
                    where kind = 'poll' and due_at <= gateway_now() limit :limit) p) as polls,
                   extract(epoch from (select due_at from work where kind = 'poll' and due_at > gateway_now()
                    order by due_at limit 1) - gateway_now()) as next_poll
            """
                    .formatted(WAITING_TEAMS, NOT_SUSPENDED);

    private static final String CLAIM_POLLS =
            """
            with next as (
                %s
            ), claimed as (
                update work w
                set due_at = gateway_now() + :lease, leased_until = gateway_now() + :lease
                from next where w.task_id = next.task_id
                returning w.task_id, w.accepted_at
            )
            select t.id as task_id, t.upstream_task_id, m.slug, t.trace_parent,
                   extract(epoch from gateway_now() - c.accepted_at) as age
            from claimed c cross join lateral (
                    -- One look into the index for each, though the plan is from when there were few tasks.
                    select * from task where id = c.task_id offset 0) t
                join team_limits m on m.id = t.team_id
            """;

    private static final String CLAIM_OLDEST_POLLS =
            CLAIM_POLLS.formatted(
                    """
                    select w.task_id from work w
                    where w.kind = 'poll' and w.due_at <= gateway_now()
                    order by w.due_at
                    limit :limit
                    for update of w skip locked\
                    """);

    private static final String CLAIM_POLLS_BY_TEAM =
            CLAIM_POLLS.formatted(
                    """
                    select due.task_id
                    from unnest((select :teams), (select :counts)) as share (team_id, polls) cross join lateral (
                        select w.task_id from work w
                        where w.polled_team_id = share.team_id and w.due_at <= gateway_now()
                        order by w.due_at
                        limit share.polls
                        for update of w skip locked) due\
                    """);

    private static final String POLL_ALL_AGAIN =
            """
            with next as (
                select w.task_id, w.kind, a.delay
                from unnest((select :tasks), (select :delays)) as a (task_id, delay) join work w on w.task_id = a.task_id
                for update of w skip locked
            )
            update work w set due_at = gateway_now() + next.delay, leased_until = null, answered_at = gateway_now()
            from next where w.task_id = next.task_id and next.kind = 'poll'
            returning w.task_id
            """;

    private final JdbcClient jdbc;

    WorkQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The beginning of a statement that claims due submits by the fair share of their teams, each
     * as about to be sent until the end of {@code :lease}, as {@code claimed (task_id, start_tag)}.
     *
     * @param limit rounded down to a power of two: the number stands in the text, so that
     *     PostgreSQL plans for it, and plans a handful of texts once instead of one at each claim
     */
    public static String claimSubmits(int limit) {
        return claimSubmits(limit, WAITING_TEAMS);
    }

    /** The same of {@code :teams} alone, without a look at each team that waits. */
    public static String claimSubmitsOfTeams(int limit) {
        return claimSubmits(limit, WAITING_OF_TEAMS);
    }

    private static String claimSubmits(int limit, String teams) {
        return CLAIM_SUBMITS
                .replace("{teams}", teams)
                .replace(LIMIT, String.valueOf(Integer.highestOneBit(limit)));
    }

    /**
     * The teams whose turn is next, the first first. Until so many tasks are claimed, none of any
     * other team that waits now has its turn: each has a task at hand where its own tag is.
     */
    public List<Long> nextTeams(int limit) {
        return jdbc.sql(
                        """
                        with recursive turn as (select virtual_time from fair_queue), %s, %s
                        select team_id from share order by tag, team_id
                        """
                                .formatted(WAITING_TEAMS, NEXT_TEAMS.formatted(":limit")))
                .param("limit", limit)
                .query((row, _) -> row.getLong("team_id"))
                .list();
    }

    /**
     * Counts a stop of the account that this task may be the cause of. Answers the count when tasks
     * of others passed meanwhile, else 0: then it is the account.
     */
    public int countAccountStop(TaskId task) {
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

    /**
     * A part of a recursive query, of this name: the ids of the teams in the column of that name,
     * and a null at its end. One step into the column's index for each of them, however many tasks
     * they have; a {@code min} of all would read the whole of it when the statistics are from a
     * time with few.
     */
    private static String teamsThatAre(String name) {
        return """
        %1$s(team_id) as (
            (select %1$s_team_id from work where %1$s_team_id is not null order by %1$s_team_id limit 1)
            union all
            select (select %1$s_team_id from work where %1$s_team_id > %1$s.team_id
                    order by %1$s_team_id limit 1)
            from %1$s where %1$s.team_id is not null
        )\
        """
                .formatted(name);
    }

    /**
     * The teams with due polls, the one that waits longest first, and how many each has, counted up
     * to {@code limit}.
     */
    public List<DuePollsOfTeam> duePollsByTeam(int limit) {
        return jdbc.sql(
                        """
                        with recursive %s
                        select t.id, t.weight, count(*) as due
                        from polled join team_limits t on t.id = polled.team_id cross join lateral (
                            select w.due_at from work w
                            where w.polled_team_id = t.id and w.due_at <= gateway_now()
                            order by w.due_at
                            limit :limit) d
                        group by t.id, t.weight
                        order by min(d.due_at)
                        """
                                .formatted(POLLED_TEAMS))
                .param("limit", limit)
                .query((row, _) ->
                        new DuePollsOfTeam(
                                row.getLong("id"), row.getInt("weight"), row.getInt("due")))
                .list();
    }

    /** Claims due polls, the oldest first, whose ever they are. */
    public List<DuePoll> claimPolls(int limit, Duration lease) {
        return claimPolls(jdbc.sql(CLAIM_OLDEST_POLLS).param("limit", limit), lease);
    }

    /** Claims so many due polls of each team, the oldest first. */
    public List<DuePoll> claimPolls(Map<Long, Integer> countByTeam, Duration lease) {
        Long[] teams = countByTeam.keySet().toArray(Long[]::new);
        Integer[] counts = countByTeam.values().toArray(Integer[]::new);
        return claimPolls(
                jdbc.sql(CLAIM_POLLS_BY_TEAM)
                        .param("teams", new SqlArrayValue("bigint", (Object[]) teams))
                        .param("counts", new SqlArrayValue("int", (Object[]) counts)),
                lease);
    }

    private static List<DuePoll> claimPolls(JdbcClient.StatementSpec claim, Duration lease) {
        return claim.param("lease", interval(lease))
                .query((row, _) ->
                        new DuePoll(
                                task(row),
                                row.getString("upstream_task_id"),
                                seconds(row.getDouble("age")),
                                row.getString("slug"),
                                row.getString("trace_parent")))
                .list();
    }

    /**
     * Claims tasks whose row of this kind is due, the oldest first; no other claim takes them until
     * the lease is over.
     */
    public List<TaskId> claimDue(WorkKind kind, int limit, Duration lease) {
        return jdbc.sql(
                        """
                        with next as (
                            select task_id from work where kind = '%s' and due_at <= gateway_now()
                            order by due_at limit :limit
                            for update skip locked
                        )
                        update work w set due_at = gateway_now() + :lease
                        from next where w.task_id = next.task_id
                        returning w.task_id
                        """
                                // In its text: for a parameter PostgreSQL can't use the index,
                                // which is of some kinds.
                                .formatted(kind.word()))
                .param("limit", limit)
                .param("lease", interval(lease))
                .query((row, _) -> task(row))
                .list();
    }

    /**
     * Claims tasks that have waited longer than this to be submitted and that nobody is submitting.
     */
    public List<TaskId> claimOverdue(Duration waited, int limit, Duration lease) {
        return jdbc.sql(
                        """
                        with next as (
                            select task_id from work
                            where kind = 'submit' and queued_at <= gateway_now() - :waited
                                and (leased_until is null or leased_until <= gateway_now())
                            order by queued_at limit :limit
                            for update skip locked
                        )
                        update work w
                        set due_at = gateway_now() + :lease, leased_until = gateway_now() + :lease
                        from next where w.task_id = next.task_id
                        returning w.task_id
                        """)
                .param("waited", interval(waited))
                .param("limit", limit)
                .param("lease", interval(lease))
                .query((row, _) -> task(row))
                .list();
    }

    /**
     * Puts the task back to the queue, keeping its place; {@code failed} makes the next back-off
     * longer.
     */
    public void requeue(TaskId task, Duration delay, boolean failed) {
        move(
                task,
                WorkKind.SUBMIT,
                delay,
                "leased_until = null, failures = " + (failed ? "failures + 1" : "0"));
    }

    /** Puts the task back to the queue after an answer that asks for a retry, and counts it. */
    public void retry(TaskId task, Duration delay) {
        move(task, WorkKind.SUBMIT, delay, "leased_until = null, retries = retries + 1");
    }

    /** Schedules the first poll of a task that the vendor has taken. */
    public void schedulePoll(TaskId task, Duration delay) {
        move(task, WorkKind.POLL, delay, ACCEPTED_NOW);
    }

    /**
     * Schedules the next polls of tasks about which the vendor's answer said something. A row that
     * is locked is left out, and so is a task that has come to rest meanwhile.
     *
     * @param delays by task
     * @return those that were scheduled
     */
    public Set<TaskId> pollAgain(Map<TaskId, Duration> delays) {
        Object[] tasks = delays.keySet().stream().map(TaskId::value).toArray();
        Object[] intervals = delays.values().stream().map(WorkQueue::interval).toArray();
        return Set.copyOf(
                jdbc.sql(POLL_ALL_AGAIN)
                        .param("tasks", new SqlArrayValue("text", tasks))
                        .param("delays", new SqlArrayValue("interval", intervals))
                        .query((row, _) -> task(row))
                        .list());
    }

    /**
     * Schedules the next poll; {@code answered} when the vendor's answer said something. Nothing
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

    /** Counts a SUCCESS without a usable URL and schedules the next poll; answers the count. */
    public int countSuccessWithoutUrl(TaskId task, Duration delay) {
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

    /** Schedules the refund of a task without an outcome. */
    public void scheduleRefund(TaskId task, Duration delay) {
        // The lease stays: until it is over, its sender may still bring an answer.
        move(task, WorkKind.REFUND, delay, "failures = 0");
    }

    /**
     * Polls a task again that the vendor has taken and that only waits for its refund any more;
     * nothing happens to another.
     */
    public void pollInsteadOfRefund(TaskId task) {
        jdbc.sql(
                        """
                        update work set kind = 'poll', due_at = gateway_now(), leased_until = null
                        where task_id = :task and kind = 'refund' and accepted_at is not null
                        """)
                .param("task", task.value())
                .update();
    }

    /** Whether the task's last lease has been over for so long. */
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

    /** The tasks that somebody is about to send, or has sent without an answer yet. */
    public List<TaskId> submitting() {
        return jdbc.sql("select task_id from work where kind = 'sent' order by task_id")
                .query((row, _) -> task(row))
                .list();
    }

    /**
     * Removes the row of a task at rest. If it was dispatched and never sent, its team's next task
     * takes its place.
     */
    public void remove(TaskId task) {
        jdbc.sql(
                        """
                        with gone as (
                            delete from work where task_id = :task
                            returning kind, team_id, start_tag, credits
                        )
                        update queue_share s
                        set finish_tag = s.finish_tag - gone.credits::double precision / t.weight
                        from gone join team_limits t on t.id = gone.team_id
                        where s.team_id = gone.team_id and gone.kind = 'submit'
                            and gone.start_tag is not null
                        """)
                .param("task", task.value())
                .update();
    }

    /**
     * Reads how often in a row the task could not be sent, and how often the vendor asked for a
     * retry.
     */
    public AttemptCounts attemptCounts(TaskId task) {
        return jdbc.sql("select failures, retries from work where task_id = :task")
                .param("task", task.value())
                .query((row, _) -> new AttemptCounts(row.getInt("failures"), row.getInt("retries")))
                .optional()
                .orElse(new AttemptCounts(0, 0));
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

    /** Counts what is due, polls up to {@code limit}, and says when the next poll will be. */
    public DueCounts dueCounts(int limit) {
        return jdbc.sql(DUE_COUNTS)
                .param("limit", limit)
                .query((row, _) -> {
                    double next = row.getDouble("next_poll");
                    Duration wait = row.wasNull() ? DueCounts.NOTHING : seconds(next);
                    return new DueCounts(row.getBoolean("submits"), row.getInt("polls"), wait);
                })
                .single();
    }

    /** Counts the rows of each kind, with the age of the oldest due one. */
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
                                WorkKind.of(row.getString("kind")),
                                row.getLong("tasks"),
                                row.getLong("due"),
                                row.getLong("oldest_due_seconds")))
                .list();
    }

    /**
     * Counts the tasks of each team that wait to be submitted, counted up to {@code limit} in all.
     * Those of suspended teams are not counted: they delay nobody.
     *
     * @param stopsOfSuspects a task that stopped the account so often is a suspect
     */
    public List<TeamQueue> teamQueues(int limit, int stopsOfSuspects) {
        return jdbc.sql(
                        """
                        select t.id, t.weight, w.tasks, w.suspects,
                               coalesce(extract(epoch from gateway_now() - w.oldest), 0) as oldest
                        from (select team_id, count(*) as tasks,
                                     count(*) filter (where stops >= :stops) as suspects, min(queued_at) as oldest
                              from (select team_id, queued_at, stops from work where kind = 'submit' limit :limit) q
                              group by team_id) w
                            join team_limits t on t.id = w.team_id and not t.suspended
                        """)
                .param("limit", limit)
                .param("stops", stopsOfSuspects)
                .query((row, _) ->
                        new TeamQueue(
                                row.getLong("id"),
                                row.getInt("weight"),
                                row.getInt("tasks"),
                                row.getInt("suspects"),
                                seconds(row.getDouble("oldest"))))
                .list();
    }

    private void move(TaskId task, WorkKind kind, Duration delay, String more) {
        int rows =
                jdbc.sql(
                                "update work set kind = :kind, due_at = gateway_now() + :delay, "
                                        + more
                                        + " where task_id = :task")
                        .param("kind", kind.word())
                        .param("delay", interval(delay))
                        .param("task", task.value())
                        .update();
        if (rows != 1) {
            throw new IllegalStateException("no work row of " + task);
        }
    }

    private static TaskId task(ResultSet row) throws SQLException {
        return new TaskId(row.getString("task_id"));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (Math.max(0, seconds) * 1e9));
    }

    /** A duration as the parameter of a statement. In hours too: seconds alone end at 68 years. */
    public static org.postgresql.util.PGInterval interval(Duration duration) {
        return new org.postgresql.util.PGInterval(
                0,
                0,
                0,
                Math.toIntExact(duration.toHours()),
                0,
                duration.toMillis() % 3_600_000 / 1000.0);
    }
}
