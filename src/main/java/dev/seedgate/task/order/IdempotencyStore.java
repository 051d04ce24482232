package dev.seedgate.task.order;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.NewTaskRows;
import dev.seedgate.task.lifecycle.Order;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The table of idempotency keys: which of them made which task. Written in the create's
 * transaction, so a refused create leaves nothing. Until its end the transaction holds a lock of
 * the key's, at which a second call waits, or by which it sees that it would have to wait.
 */
@Repository
class IdempotencyStore implements NewTaskRows {

    // A key is kept for two days: nobody minds some minutes more.
    private static final Duration FORGET_INTERVAL = Duration.ofMinutes(10);
    // Some 50 ms a statement; as many at a time, without a pause, as have come due.
    private static final int FORGOTTEN_AT_ONCE = 10_000;

    private final JdbcClient jdbc;
    private final GenerationSettings settings;

    IdempotencyStore(JdbcClient jdbc, GenerationSettings settings, Loops loops) {
        this.jdbc = jdbc;
        this.settings = settings;
        loops.drain(FORGET_INTERVAL, "idempotency-keys", () -> forgetOld() == FORGOTTEN_AT_ONCE);
    }

    /**
     * Takes the key for a new task, or finds the one it made before. Another order with this key is
     * {@code IDEMPOTENCY_KEY_REUSED}.
     */
    Optional<CreateResult> claim(String key, long teamId, Order order, TaskId task) {
        int taken = take(key, teamId, order, task);
        // One that has just been forgotten was old; the next call makes a task with it.
        return taken == 1
                ? Optional.empty()
                : Optional.of(find(key, teamId, order).orElseThrow(IdempotencyStore::stillAtWork));
    }

    private int take(String key, long teamId, Order order, TaskId task) {
        try {
            return jdbc.sql(
                            """
                            insert into idempotency_key (team_id, key, fingerprint, task_id, credits)
                            select :team, :key, :fingerprint, :task, :credits
                            from pg_advisory_xact_lock(hashtextextended(:key, :team))
                            on conflict do nothing
                            """)
                    .param("team", teamId)
                    .param("key", key)
                    .param("fingerprint", order.fingerprint())
                    .param("task", task.value())
                    .param("credits", order.preset().credits())
                    .update();
        } catch (PessimisticLockingFailureException e) {
            throw stillAtWork();
        }
    }

    @Override
    public boolean areNeededBy(NewTask task) {
        return task.order().idempotencyKey() != null;
    }

    @Override
    public Map<String, String> columns() {
        return Map.of("idempotency_key", "text", "fingerprint", "text");
    }

    @Override
    public Map<String, @Nullable Object> values(NewTask task) {
        return Map.of(
                "idempotency_key",
                Objects.requireNonNull(task.order().idempotencyKey()),
                // As PostgreSQL writes bytes: the driver makes no array of arrays of them.
                "fingerprint",
                "\\x" + HexFormat.of().formatHex(task.order().fingerprint()));
    }

    /** One that is known, or that another transaction is taking. */
    @Override
    public String leftOut() {
        // A sub-select with a value, as an exists may be answered by a look at the whole table.
        return """
        o.idempotency_key is not null and (
            (select true from idempotency_key i where i.team_id = o.team and i.key = o.idempotency_key)
                is not null
            or not pg_try_advisory_xact_lock(hashtextextended(o.idempotency_key, o.team)))\
        """;
    }

    /** Fails when the key was taken between the statement's snapshot and its lock. */
    @Override
    public String insert() {
        return """
        keyed as (
            insert into idempotency_key (team_id, key, fingerprint, task_id, credits)
            select team_id, idempotency_key, cast(fingerprint as bytea), task, credits
            from taken where idempotency_key is not null
        )
        """;
    }

    private static ApiException stillAtWork() {
        return new ApiException(
                ErrorCode.IDEMPOTENCY_KEY_IN_PROGRESS,
                "The first call with this Idempotency-Key is still at work; repeat this one.",
                Duration.ofSeconds(1));
    }

    /**
     * What the key made before, if it is known; only reads. Another order with this key is {@code
     * IDEMPOTENCY_KEY_REUSED}.
     */
    Optional<CreateResult> find(String key, long teamId, Order order) {
        return jdbc.sql(
                        """
                        select fingerprint, task_id, credits from idempotency_key
                        where team_id = :team and key = :key
                        """)
                .param("team", teamId)
                .param("key", key)
                .query((row, _) -> {
                    if (!Arrays.equals(row.getBytes("fingerprint"), order.fingerprint())) {
                        throw new ApiException(
                                ErrorCode.IDEMPOTENCY_KEY_REUSED,
                                "This Idempotency-Key belongs to another request of your team; use a new key for a new request.");
                    }
                    return CreateResult.replayed(
                            new TaskId(row.getString("task_id")), row.getLong("credits"));
                })
                .optional();
    }

    /**
     * Forgets old keys, a bounded number at a time, so that nobody waits for it. Answers how many
     * there were; what another replica has just deleted is not counted.
     */
    int forgetOld() {
        return jdbc.sql(
                        """
                        delete from idempotency_key where (team_id, key) in (
                            select team_id, key from idempotency_key
                            where created_at < gateway_now() - make_interval(secs => :seconds)
                            order by created_at limit :most)
                        """)
                .param("most", FORGOTTEN_AT_ONCE)
                .param("seconds", settings.idempotencyRetention().toSeconds())
                .update();
    }
}
