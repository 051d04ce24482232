package dev.seedgate.credit.ledger;

import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams' accounts: what is left, and top-ups. */
@Service
public class TeamAccounts {

    private final JdbcClient jdbc;
    private final Ledger ledger;
    private final AuditLog audit;

    TeamAccounts(JdbcClient jdbc, Ledger ledger, AuditLog audit) {
        this.jdbc = jdbc;
        this.ledger = ledger;
        this.audit = audit;
    }

    /** A team's account; a month that has ended is read as rolled over without being written. */
    @Transactional(readOnly = true)
    public Balance balance(long teamId) {
        return Objects.requireNonNull(balances(List.of(teamId)).get(teamId), "an account");
    }

    /** The accounts of these teams, by the team's id. */
    @Transactional(readOnly = true)
    public Map<Long, Balance> balances(Collection<Long> teamIds) {
        Map<Long, Balance> balances = new HashMap<>();
        if (teamIds.isEmpty()) {
            return balances;
        }
        jdbc.sql(
                        """
                        select a.team_id, t.monthly_quota, a.top_ups, a.in_flight, m.renews_at,
                               case when a.period < m.period then 0 else a.used end as used
                        from account a join team_limits t on t.id = a.team_id cross join billing_month m
                        where a.team_id in (:teams)
                        """)
                .param("teams", teamIds)
                .query(row -> {
                    balances.put(
                            row.getLong("team_id"),
                            new Balance(
                                    row.getObject("monthly_quota", Long.class),
                                    row.getLong("used"),
                                    row.getLong("top_ups"),
                                    SqlInstants.get(row, "renews_at"),
                                    row.getInt("in_flight")));
                });
        return balances;
    }

    /**
     * Gives a team credits, or takes unspent ones back when negative. A repeated idempotency key
     * answers the first top-up again; with other credits or reason it is {@code
     * IDEMPOTENCY_KEY_REUSED}.
     */
    @Transactional
    public TopUp topUp(
            TeamDetails team,
            long credits,
            @Nullable String reason,
            @Nullable String idempotencyKey,
            Actor actor) {
        Optional<TopUp> stored = insert(team, credits, reason, idempotencyKey, actor);
        if (stored.isPresent()) {
            ledger.topUp(team, stored.get(), actor);
            audit.record(
                    new Change("team.top-up", "team:" + team.slug(), null, stored.get(), reason),
                    actor);
            return stored.get();
        }
        TopUp earlier = find(team, String.valueOf(idempotencyKey));
        if (earlier.credits() != credits || !Objects.equals(earlier.reason(), reason)) {
            throw new ApiException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "This Idempotency-Key belongs to another top-up of this team; use a new one.");
        }
        return earlier;
    }

    /**
     * A team's top-ups, newest first.
     *
     * @param cursor the id before which the page begins, or null
     */
    @Transactional(readOnly = true)
    public Page<TopUp> topUps(TeamDetails team, @Nullable Long cursor, int limit) {
        List<TopUp> found =
                jdbc.sql(
                                """
                                select id, credits, reason, created_at from top_up
                                where team_id = :team and (cast(:cursor as bigint) is null or id < :cursor)
                                order by id desc limit :limit
                                """)
                        .param("team", team.id())
                        .param("cursor", cursor)
                        .param("limit", limit + 1)
                        .query((row, _) -> details(team, row))
                        .list();
        return Page.of(found, limit, TopUp::id);
    }

    private Optional<TopUp> insert(
            TeamDetails team,
            long credits,
            @Nullable String reason,
            @Nullable String idempotencyKey,
            Actor actor) {
        return jdbc.sql(
                        """
                        insert into top_up (team_id, credits, reason, idempotency_key, actor, created_at)
                        values (:team, :credits, :reason, :key, :actor, gateway_now())
                        on conflict (team_id, idempotency_key) do nothing
                        returning id, credits, reason, created_at
                        """)
                .param("team", team.id())
                .param("credits", credits)
                .param("reason", reason)
                .param("key", idempotencyKey)
                .param("actor", actor.name())
                .query((row, _) -> details(team, row))
                .optional();
    }

    private TopUp find(TeamDetails team, String idempotencyKey) {
        return jdbc.sql(
                        "select id, credits, reason, created_at from top_up where team_id = :team and idempotency_key = :key")
                .param("team", team.id())
                .param("key", idempotencyKey)
                .query((row, _) -> details(team, row))
                .single();
    }

    private static TopUp details(TeamDetails team, ResultSet row) throws SQLException {
        return new TopUp(
                row.getLong("id"),
                team.slug(),
                row.getLong("credits"),
                row.getString("reason"),
                SqlInstants.get(row, "created_at"));
    }
}
