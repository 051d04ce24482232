package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.database.SqlInstants;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Repository of the sandbox's tasks and of the account that pays for them. */
@SandboxOnly
@Repository
class SandboxTasks {

    private static final String SELECT =
            """
            select t.*,
                case when ready_at <= gateway_now() then final_status else running_status end as status
            from sandbox_task t
            """;

    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcClient jdbc;
    private final SandboxSettings settings;

    SandboxTasks(JdbcClient jdbc, SandboxSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Charges and starts a render; empty when the balance doesn't cover it. */
    Optional<String> start(ClipOrder order, RenderPlan plan) {
        String id = "sd15p_" + randomName(15);
        // Refunds come when somebody looks: before an order is refused, this is somebody looking.
        boolean started =
                tryStart(id, order, plan) || (refundFailed() && tryStart(id, order, plan));
        return started ? Optional.of(id) : Optional.empty();
    }

    Optional<SandboxTask> find(String id) {
        return jdbc.sql(SELECT + "where id = :id").param("id", id).query(this::task).optional();
    }

    Optional<SandboxTask> findByMedia(String media) {
        return jdbc.sql(SELECT + "where media = :media")
                .param("media", media)
                .query(this::task)
                .optional();
    }

    /** Gives back the credits of everything that has failed by now, each once. */
    boolean refundFailed() {
        // A row that another call holds is being refunded by that call.
        return jdbc.sql(
                                """
                                with failed as (
                                    select id from sandbox_task
                                    where final_status = 'FAILED' and refunded_at is null
                                        and ready_at <= gateway_now()
                                    for update skip locked),
                                refunded as (
                                    update sandbox_task t set refunded_at = gateway_now()
                                    from failed where t.id = failed.id
                                    returning t.credits)
                                update sandbox_account
                                set spent = spent - (select sum(credits) from refunded)
                                where exists (select from refunded)\
                                """)
                        .update()
                == 1;
    }

    private boolean tryStart(String id, ClipOrder order, RenderPlan plan) {
        return jdbc.sql(
                                """
                                with charged as (
                                    update sandbox_account set spent = spent + :credits
                                    where spent + :credits <= :bought
                                    returning spent)
                                insert into sandbox_task (id, prompt, aspect_ratio, duration, sound,
                                    image_urls, credits, reported_credits, running_status, final_status,
                                    ready_at, media)
                                select :id, :prompt, :aspectRatio, :duration, :sound,
                                    :imageUrls, :credits, :reportedCredits, :runningStatus, :finalStatus,
                                    coalesce(
                                        gateway_now() + cast(:millis as bigint) * interval '1 millisecond',
                                        'infinity'),
                                    :media
                                from charged\
                                """)
                        .param("bought", settings.sandboxCredits())
                        .param("id", id)
                        .param("prompt", order.prompt())
                        .param("aspectRatio", order.aspectRatio())
                        .param("duration", order.duration())
                        .param("sound", order.sound())
                        .param("imageUrls", order.imageUrls().toArray(String[]::new))
                        .param("credits", order.credits())
                        .param("reportedCredits", plan.reportedCredits())
                        .param("runningStatus", plan.runningStatus())
                        .param("finalStatus", plan.finalStatus())
                        .param("millis", millis(plan.renderTime()))
                        .param("media", "clip_" + randomName(20))
                        .update()
                == 1;
    }

    /** A name that can't be guessed: the links of clips are open to whoever knows them. */
    private static String randomName(int length) {
        return RANDOM.ints(length, 0, ALPHABET.length())
                .mapToObj(i -> String.valueOf(ALPHABET.charAt(i)))
                .collect(Collectors.joining());
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private SandboxTask task(ResultSet row, int number) throws SQLException {
        ClipOrder order =
                new ClipOrder(
                        row.getString("prompt"),
                        row.getString("aspect_ratio"),
                        row.getString("duration"),
                        row.getBoolean("sound"),
                        List.of((String[]) row.getArray("image_urls").getArray()));
        String status = row.getString("status");
        return new SandboxTask(
                row.getString("id"),
                order,
                status,
                row.getLong("reported_credits"),
                row.getString("media"),
                SqlInstants.get(row, "created_at"),
                status.equals("FAILED") && row.getObject("refunded_at") == null);
    }
}
