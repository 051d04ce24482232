package dev.seedgate.operations.webhook;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.access.team.Teams;
import dev.seedgate.operations.delivery.WebhookClient;
import dev.seedgate.operations.delivery.WebhookSigner;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams' endpoints. Another team's is as unknown as one that never was: {@code NOT_FOUND}. */
@Service
public class Endpoints {

    /** What browsers and proxies agree on. */
    static final int LONGEST_URL = 2048;

    private final JdbcClient jdbc;
    private final Teams teams;
    private final AuditLog audit;
    private final SecretCipher cipher;
    private final WebhookSettings settings;

    Endpoints(
            JdbcClient jdbc,
            Teams teams,
            AuditLog audit,
            SecretCipher cipher,
            WebhookSettings settings) {
        this.jdbc = jdbc;
        this.teams = teams;
        this.audit = audit;
        this.cipher = cipher;
        this.settings = settings;
    }

    /** An endpoint with the secret that it just got. */
    record Issued(Endpoint endpoint, String secret) {

        /** Without what is secret, wherever it is printed. */
        @Override
        public String toString() {
            return "Issued[endpoint=" + endpoint.id() + "]";
        }
    }

    /** An endpoint with its team, as admins see it: without the path of its URL. */
    public record TeamEndpoint(long teamId, String team, Endpoint endpoint) {}

    private record OwnedEndpoint(long team, Endpoint endpoint) {}

    /** Makes an endpoint; a URL that the team has already is {@code WEBHOOK_EXISTS}. */
    @Transactional
    public Issued create(AuthenticatedTeam caller, String url, Set<TaskEvent> events) {
        checkUrl("url", url);
        lock(caller.teamId());
        List<Endpoint> present = list(caller.teamId());
        if (present.stream().anyMatch(it -> url.equals(it.url()))) {
            throw new ApiException(
                    ErrorCode.WEBHOOK_EXISTS,
                    "Your team has an endpoint with this URL already; rotate its secret if you have lost it.");
        }
        if (present.stream().filter(it -> it.url() != null).count() >= settings.webhooksPerTeam()) {
            throw new ApiException(
                    ErrorCode.TOO_MANY_WEBHOOKS,
                    "Your team has %d endpoints, which is the most that a team may have; remove one first."
                            .formatted(settings.webhooksPerTeam()));
        }
        Issued made = insert(caller.teamId(), url, null, events);
        record("create", null, made.endpoint(), caller.actor());
        return made;
    }

    /** What may be sent to; the addresses that its name leads to are checked at each try. */
    void checkUrl(String what, String url) {
        if (!isUrl(url)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "%s must be an absolute %s URL of at most %d characters, with a host, without user info and without a fragment."
                            .formatted(
                                    what,
                                    settings.webhooksAllowInternal() ? "http or https" : "https",
                                    LONGEST_URL));
        }
    }

    boolean isUrl(String url) {
        return url.length() <= LONGEST_URL
                && url.indexOf('#') < 0
                && WebhookClient.url(url, settings.webhooksAllowInternal()).isPresent();
    }

    /** All of a team's, the one of its callbacks too, by id. */
    @Transactional(readOnly = true)
    public List<Endpoint> list(long team) {
        return jdbc.sql("select * from webhook_endpoint where team_id = :team order by id")
                .param("team", team)
                .query((row, _) -> Endpoint.of(row))
                .list();
    }

    /**
     * Those of these teams for people, newest first.
     *
     * @param cursor the id before which the page begins, or null
     */
    @Transactional(readOnly = true)
    public Page<TeamEndpoint> list(TeamScope scope, @Nullable Long cursor, int limit) {
        Set<Long> only = scope.only();
        List<OwnedEndpoint> found =
                jdbc.sql(
                                """
                                select * from webhook_endpoint
                                where id < :cursor and (:all or team_id = any (:teams))
                                order by id desc limit :limit
                                """)
                        .param("cursor", cursor == null ? Long.MAX_VALUE : cursor)
                        .param("all", only == null)
                        .param(
                                "teams",
                                new SqlArrayValue(
                                        "bigint", only == null ? new Object[0] : only.toArray()))
                        .param("limit", limit + 1)
                        .query((row, _) -> owned(row))
                        .list();
        Map<Long, TeamDetails> owners =
                teams.byIds(found.stream().map(OwnedEndpoint::team).distinct().toList());
        return Page.of(
                found.stream().map(it -> shown(it, owners)).toList(),
                limit,
                it -> it.endpoint().id());
    }

    /** One of any of these teams, for people. */
    @Transactional(readOnly = true)
    public TeamEndpoint get(TeamScope scope, long id) {
        OwnedEndpoint found =
                jdbc.sql("select * from webhook_endpoint where id = :id")
                        .param("id", id)
                        .query((row, _) -> owned(row))
                        .optional()
                        .filter(it -> scope.includes(it.team()))
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.NOT_FOUND, "There is no endpoint " + id + "."));
        return shown(found, teams.byIds(List.of(found.team())));
    }

    private static OwnedEndpoint owned(ResultSet row) throws SQLException {
        return new OwnedEndpoint(row.getLong("team_id"), Endpoint.of(row));
    }

    private static TeamEndpoint shown(OwnedEndpoint owned, Map<Long, TeamDetails> owners) {
        TeamDetails team = Objects.requireNonNull(owners.get(owned.team()));
        return new TeamEndpoint(team.id(), team.slug(), owned.endpoint().withoutPath());
    }

    @Transactional(readOnly = true)
    public Endpoint get(long team, long id) {
        return find(team, id, "");
    }

    /** Gives it a new secret; the old one signs too for a while. */
    @Transactional
    public Issued rotate(AuthenticatedTeam caller, long id) {
        Endpoint before = find(caller.teamId(), id, "for no key update");
        String secret = WebhookSigner.newSecret();
        Endpoint after =
                jdbc.sql(
                                """
                                update webhook_endpoint set old_secret = secret, secret = :secret,
                                    old_secret_until = gateway_now() + make_interval(secs => :overlap)
                                where id = :id returning *
                                """)
                        .param("secret", cipher.encrypt(secret, caller.teamId()))
                        .param("overlap", settings.webhooksRotationOverlap().toMillis() / 1000.0)
                        .param("id", id)
                        .query((row, _) -> Endpoint.of(row))
                        .single();
        record("rotate", before, after, caller.actor());
        return new Issued(after, secret);
    }

    /** Removes it with all that was to be delivered there. */
    @Transactional
    public void delete(long team, long id, Actor actor) {
        Endpoint before = find(team, id, "for update");
        jdbc.sql("delete from webhook_delivery where endpoint_id = :id").param("id", id).update();
        jdbc.sql("delete from webhook_callback where endpoint_id = :id").param("id", id).update();
        jdbc.sql("delete from webhook_endpoint where id = :id").param("id", id).update();
        record("delete", before, null, actor);
    }

    /** The team's endpoint for callbacks, if it may ask for any. */
    @Transactional(readOnly = true)
    public Optional<Endpoint> callbacks(long team) {
        return list(team).stream().filter(it -> it.url() == null).findFirst();
    }

    /** Says which hosts a team's callbacks may lead to; none: it may ask for none any more. */
    @Transactional
    public Set<String> allowCallbacks(String slug, Set<String> hosts, Actor actor) {
        long team = id(slug);
        lock(team);
        Optional<Endpoint> present = callbacks(team);
        if (hosts.isEmpty()) {
            present.ifPresent(it -> delete(team, it.id(), actor));
            return hosts;
        }
        if (present.isEmpty()) {
            Issued made = insert(team, null, hosts, EnumSet.allOf(TaskEvent.class));
            record("create", null, made.endpoint(), actor);
            return hosts;
        }
        Endpoint changed =
                jdbc.sql("update webhook_endpoint set hosts = :hosts where id = :id returning *")
                        .param("hosts", array(hosts))
                        .param("id", present.get().id())
                        .query((row, _) -> Endpoint.of(row))
                        .single();
        record("change", present.get(), changed, actor);
        return hosts;
    }

    /** The number of a team, for admins; {@code TEAM_NOT_FOUND}. */
    long id(String slug) {
        TeamDetails team = teams.get(slug);
        return team.id();
    }

    private Issued insert(
            long team, @Nullable String url, @Nullable Set<String> hosts, Set<TaskEvent> events) {
        String secret = WebhookSigner.newSecret();
        Endpoint made =
                jdbc.sql(
                                """
                                insert into webhook_endpoint (team_id, url, hosts, events, secret)
                                values (:team, :url, :hosts, :events, :secret) returning *
                                """)
                        .param("team", team)
                        .param("url", url)
                        .param("hosts", hosts == null ? null : array(hosts))
                        .param("events", array(events.stream().map(TaskEvent::text).toList()))
                        .param("secret", cipher.encrypt(secret, team))
                        .query((row, _) -> Endpoint.of(row))
                        .single();
        return new Issued(made, secret);
    }

    /** Until the transaction's end nobody else adds to the team's endpoints. */
    private void lock(long team) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('webhook endpoints', :team))")
                .param("team", team)
                .query((_, _) -> 0)
                .single();
    }

    private Endpoint find(long team, long id, String lock) {
        return jdbc.sql(
                        "select * from webhook_endpoint where id = :id and team_id = :team %s"
                                .formatted(lock))
                .param("id", id)
                .param("team", team)
                .query((row, _) -> Endpoint.of(row))
                .optional()
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.NOT_FOUND, "Your team has no endpoint " + id + "."));
    }

    private void record(
            String action, @Nullable Endpoint before, @Nullable Endpoint after, Actor actor) {
        Endpoint either = after == null ? before : after;
        audit.record(
                new Change(
                        "webhook." + action,
                        "webhook:" + (either == null ? 0 : either.id()),
                        before == null ? null : before.withoutPath(),
                        after == null ? null : after.withoutPath(),
                        null),
                actor);
    }

    private static SqlArrayValue array(Collection<String> texts) {
        return new SqlArrayValue("text", texts.toArray());
    }
}
