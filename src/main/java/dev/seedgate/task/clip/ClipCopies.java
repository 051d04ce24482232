package dev.seedgate.task.clip;

import dev.seedgate.platform.database.SqlArrays;
import dev.seedgate.platform.values.Backoff;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskEnd;
import dev.seedgate.task.lifecycle.TaskEndListener;
import dev.seedgate.vendor.media.MediaSettings;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The copies of clips as due work: one is wanted in the transaction that ends its task, claimed by
 * one replica at a time, and tried until it is kept or lost. Each statement is a transaction, none
 * is open while bytes flow.
 */
@Component
class ClipCopies implements TaskEndListener {

    /** For writing down the outcome after the longest try. */
    private static final Duration LEASE_MARGIN = Duration.ofMinutes(1);

    /** What an operator is shown of a failure. */
    private static final int LONGEST_ANSWER = 300;

    /**
     * Teams take turns: whose copies are fewest under way is next. Looks at each team that has some
     * waiting, and at one row of each.
     */
    private static final String CLAIM =
            """
            with recursive waiting as (
                (select team_id from clip_copy where state = 'WANTED' order by team_id limit 1)
                union all
                select (select c.team_id from clip_copy c where c.state = 'WANTED' and c.team_id > w.team_id
                    order by c.team_id limit 1)
                from waiting w where w.team_id is not null
            ), due as materialized (
                select next.task_id from waiting w
                    cross join lateral (select count(*) as copies from clip_copy b
                        where b.team_id = w.team_id and b.leased_until > gateway_now()) busy
                    cross join lateral (select c.task_id, c.due_at from clip_copy c
                        where c.state = 'WANTED' and c.team_id = w.team_id and c.due_at <= gateway_now()
                        order by c.due_at limit 1 for update skip locked) next
                where busy.copies < :most
                order by busy.copies, next.due_at limit 1
            )
            update clip_copy c set attempts = attempts + 1,
                leased_until = gateway_now() + make_interval(secs => :lease),
                due_at = gateway_now() + make_interval(secs => :lease)
            from due join task t on t.id = due.task_id
            where c.task_id = due.task_id
            returning c.task_id, c.attempts, c.refusals, t.response[1] as url,
                c.since < gateway_now() - make_interval(secs => :give_up) as overdue
            """;

    private final JdbcClient jdbc;
    private final ClipCopySettings settings;
    private final Duration lease;
    private final Backoff backoff;
    private final boolean wanted;

    ClipCopies(
            JdbcClient jdbc,
            ClipCopySettings settings,
            MediaSettings media,
            ObjectProvider<ClipStore> store) {
        this.jdbc = jdbc;
        this.settings = settings;
        // A clip of untold length is read twice, and a copy that is there already once.
        lease = media.clipsTransferTimeout().multipliedBy(3).plus(LEASE_MARGIN);
        backoff = new Backoff(settings.clipsCopyBackOff(), settings.clipsCopyMaxBackOff());
        wanted = store.getIfAvailable() != null;
    }

    @Override
    public void ended(List<TaskEnd> tasks) {
        List<TaskEnd> succeeded =
                tasks.stream().filter(it -> it.phase() == Phase.SUCCEEDED).toList();
        if (wanted && !succeeded.isEmpty()) {
            jdbc.sql(
                            """
                            insert into clip_copy (task_id, team_id)
                            select task_id, team_id from unnest((select :tasks), (select :teams)) as e (task_id, team_id)
                            """)
                    .param("tasks", SqlArrays.column("text", succeeded, it -> it.task().value()))
                    .param("teams", SqlArrays.column("bigint", succeeded, TaskEnd::team))
                    .update();
        }
    }

    /** Takes the next one that is due, for as long as a try can take. */
    Optional<Try> claim() {
        return jdbc.sql(CLAIM)
                .param("most", settings.clipsTeamMaxCopies())
                .param("lease", seconds(lease))
                .param("give_up", seconds(settings.clipsCopyGiveUpAfter()))
                .query((row, _) ->
                        new Try(
                                new TaskId(row.getString("task_id")),
                                row.getString("url"),
                                row.getInt("attempts"),
                                row.getInt("refusals"),
                                row.getBoolean("overdue")))
                .optional();
    }

    /** It is there. A try that comes after its lease may say so too: whatever is there is whole. */
    void kept(Try done, long size, String sha256, String type) {
        jdbc.sql(
                        """
                        update clip_copy set state = 'KEPT', since = gateway_now(), due_at = null, leased_until = null,
                            object_key = :key, size_bytes = :size, sha256 = decode(:sha256, 'hex'), media_type = :type, last_answer = null
                        where task_id = :task and state = 'WANTED'
                        """)
                .param("key", done.key())
                .param("size", size)
                .param("sha256", sha256)
                .param("type", type)
                .param("task", done.task().value())
                .update();
    }

    /**
     * A try failed. Guarded by its number: one that comes after its lease does not move the next.
     *
     * @param counts whether the vendor's link was found dead
     * @param last whether nothing else can come of another try
     * @return whether it is lost now
     */
    boolean failed(Try done, String answer, boolean counts, boolean last) {
        int refusals = done.refusals() + (counts ? 1 : 0);
        boolean lost = last || done.overdue() || (counts && refusals >= settings.clipsCopyTries());
        jdbc.sql(
                        """
                        update clip_copy set leased_until = null, refusals = :refusals, last_answer = :answer,
                            state = case when :lost then 'LOST' else state end,
                            since = case when :lost then gateway_now() else since end,
                            due_at = case when :lost then null
                                          else gateway_now() + make_interval(secs => :delay) end
                        where task_id = :task and attempts = :attempt and state = 'WANTED'
                        """)
                .param("refusals", refusals)
                .param("answer", answer.substring(0, Math.min(answer.length(), LONGEST_ANSWER)))
                .param("lost", lost)
                .param("delay", seconds(backoff.after(counts ? refusals : done.attempt())))
                .param("task", done.task().value())
                .param("attempt", done.attempt())
                .update();
        return lost;
    }

    /** Some of those whose time is over; of each team the oldest first. */
    List<Expired> expired() {
        return jdbc.sql(
                        """
                        select old.task_id, old.object_key from team_limits m cross join lateral (
                            select c.task_id, c.object_key from clip_copy c
                            where c.team_id = m.id and c.state = 'KEPT' and c.since < gateway_now() - coalesce(
                                make_interval(days => m.clip_retention_days), make_interval(secs => :retention))
                            order by c.since limit :batch) old
                        limit :batch
                        """)
                .param("retention", seconds(settings.clipsRetention()))
                .param("batch", settings.clipsPurgeBatch())
                .query((row, _) ->
                        new Expired(
                                new TaskId(row.getString("task_id")), row.getString("object_key")))
                .list();
    }

    /** It is deleted; answers its size in bytes, or 0 if another replica was first. */
    long purged(TaskId task) {
        return jdbc.sql(
                        """
                        update clip_copy set state = 'PURGED', since = gateway_now()
                        where task_id = :task and state = 'KEPT' returning size_bytes
                        """)
                .param("task", task.value())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /**
     * A try at a copy.
     *
     * @param attempt 1 for the first one
     * @param refusals tries before it that found the vendor's link dead
     * @param overdue whether it is the last one, as too much time has passed
     */
    record Try(TaskId task, String url, int attempt, int refusals, boolean overdue) {

        /**
         * Where the copy goes in the storage: made of the task's id alone, whose time is its day.
         */
        String key() {
            return "clips/" + LocalDate.ofInstant(task.time(), ZoneOffset.UTC) + "/" + task.value();
        }
    }

    /** A copy whose time is over. */
    record Expired(TaskId task, String key) {}
}
