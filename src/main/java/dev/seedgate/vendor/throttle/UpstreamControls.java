package dev.seedgate.vendor.throttle;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.UpstreamSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Operator's view of the way to the vendor, and the two switches on it. A switch takes effect here
 * at once and on the other replicas within about a second.
 */
@Service
public class UpstreamControls {

    private final JdbcClient jdbc;
    private final Endpoint endpoint;
    private final UpstreamSettings settings;
    private final InstanceGuards guards;
    private final VendorPauses pauses;
    private final AuditLog audit;
    private final TransactionOperations transactions;

    UpstreamControls(
            JdbcClient jdbc,
            Endpoint endpoint,
            UpstreamSettings settings,
            InstanceGuards guards,
            VendorPauses pauses,
            AuditLog audit,
            TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.endpoint = endpoint;
        this.settings = settings;
        this.guards = guards;
        this.pauses = pauses;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** What stands between the gateway and the vendor; the breakers are those of this instance. */
    @Transactional(readOnly = true)
    public UpstreamState state() {
        return new UpstreamState(
                endpoint.name(),
                settings.upstreamRequestsPerSecond(),
                settings.upstreamMaxConcurrent(),
                guards.submitsWait(),
                guards.pollsWait(),
                activePauses());
    }

    /** Queues what is created from now on; polls go on. */
    public void pause(@Nullable String reason, Actor actor) {
        set("upstream.pause", PauseReason.OPERATOR, reason, actor);
    }

    /** Ends an operator's pause; what the vendor or its account stopped stays stopped. */
    public void resume(@Nullable String reason, Actor actor) {
        clear("upstream.resume", PauseReason.OPERATOR, reason, actor);
    }

    /** Refuses all creates of all teams; what was taken before goes on. */
    public void stopCreates(@Nullable String reason, Actor actor) {
        set("creates.stop", PauseReason.CREATES, reason, actor);
    }

    /** Takes creates again. */
    public void resumeCreates(@Nullable String reason, Actor actor) {
        clear("creates.resume", PauseReason.CREATES, reason, actor);
    }

    private void set(String action, PauseReason pause, @Nullable String reason, Actor actor) {
        change(
                action,
                reason,
                actor,
                () ->
                        jdbc.sql(
                                        """
                                        insert into upstream_pause (upstream, reason, detail)
                                        values (:upstream, :pause, :detail)
                                        on conflict (upstream, reason) do update set detail = excluded.detail
                                        """)
                                .param("upstream", endpoint.name())
                                .param("pause", pause.name())
                                .param("detail", actor + (reason == null ? "" : ": " + reason))
                                .update());
    }

    private void clear(String action, PauseReason pause, @Nullable String reason, Actor actor) {
        change(
                action,
                reason,
                actor,
                () ->
                        jdbc.sql(
                                        "delete from upstream_pause where upstream = :upstream and reason = :pause")
                                .param("upstream", endpoint.name())
                                .param("pause", pause.name())
                                .update());
    }

    /** What stands is read when the transaction is over: within its end there is no new one. */
    private void change(String action, @Nullable String reason, Actor actor, Runnable write) {
        transactions.executeWithoutResult(_ -> {
            write.run();
            audit.record(
                    new Change(action, "upstream:" + endpoint.name(), null, null, reason), actor);
        });
        pauses.refresh();
    }

    private List<UpstreamState.Pause> activePauses() {
        return jdbc.sql(
                        """
                        select reason, since, until, detail from upstream_pause
                        where upstream = :upstream and (until is null or until > gateway_now())
                        order by reason
                        """)
                .param("upstream", endpoint.name())
                .query((row, _) ->
                        new UpstreamState.Pause(
                                row.getString("reason"),
                                SqlInstants.get(row, "since"),
                                SqlInstants.find(row, "until"),
                                row.getString("detail")))
                .list();
    }
}
