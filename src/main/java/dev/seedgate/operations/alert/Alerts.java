package dev.seedgate.operations.alert;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.Log;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The alerts that were raised, and who has acknowledged them. */
@Service
public class Alerts {

    private static final Logger log = LoggerFactory.getLogger(Alerts.class);

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final AlertSettings settings;
    private final MeterRegistry metrics;

    Alerts(JdbcClient jdbc, AuditLog audit, AlertSettings settings, MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.settings = settings;
        this.metrics = metrics;
        // All there from the start, so that the first is seen as a change.
        Arrays.stream(AlertKind.values()).forEach(this::counter);
    }

    private Counter counter(AlertKind kind) {
        return metrics.counter("seedgate.alerts", "kind", kind.name());
    }

    /**
     * The alerts, newest first.
     *
     * @param cursor the id before which the page begins, or null
     */
    @Transactional(readOnly = true)
    public Page<Alert> find(AlertFilter filter, @Nullable Long cursor, int limit) {
        SequencedMap<String, Object> filters = new LinkedHashMap<>();
        if (filter.team() != null) {
            filters.put("team_slug", filter.team());
        }
        if (filter.kind() != null) {
            filters.put("kind", filter.kind().name());
        }
        return new Log(jdbc, "alert")
                .page(
                        filters,
                        Map.of(),
                        filter.from(),
                        filter.to(),
                        cursor,
                        limit,
                        (row, _) -> alert(row),
                        Alert::id);
    }

    /** The newest of those that nobody has acknowledged. */
    @Transactional(readOnly = true)
    public List<Alert> open(int limit) {
        return jdbc.sql(
                        """
                        select * from alert where acknowledged_at is null
                        order by at desc, id desc limit :limit
                        """)
                .param("limit", limit)
                .query((row, _) -> alert(row))
                .list();
    }

    /** Acknowledges an alert; the first who did so stays recorded. */
    @Transactional
    public Alert acknowledge(long id, @Nullable String reason, Actor actor) {
        int changed =
                jdbc.sql(
                                """
                                update alert set acknowledged_at = gateway_now(), acknowledged_by = :actor
                                where id = :id and acknowledged_at is null
                                """)
                        .param("id", id)
                        .param("actor", actor.name())
                        .update();
        Alert alert =
                jdbc.sql("select * from alert where id = :id")
                        .param("id", id)
                        .query((row, _) -> alert(row))
                        .optional()
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.NOT_FOUND, "There is no alert " + id + "."));
        if (changed == 1) {
            audit.record(new Change("alert.acknowledge", "alert:" + id, null, null, reason), actor);
        }
        return alert;
    }

    /**
     * Raises it unless that was done before, and gives its text to those of its subject and period:
     * a figure grows after the first alert of it. A message that was sent is not sent again.
     */
    void raiseOrUpdate(AlertCandidate candidate) {
        raise(candidate);
        jdbc.sql(
                        """
                        update alert set text = :text
                        where kind = :kind and subject = :subject and period = :period and sandbox = :sandbox
                            and text <> :text
                        """)
                .param("text", text(candidate))
                .param("kind", candidate.kind().name())
                .param("subject", candidate.subject())
                .param("period", candidate.period())
                .param("sandbox", candidate.sandbox())
                .update();
    }

    private static String text(AlertCandidate candidate) {
        return (candidate.sandbox() ? "SANDBOX: " : "") + candidate.text();
    }

    /**
     * Raises it unless that was done before, by any replica. One that is raised while there is no
     * webhook is never sent.
     */
    public void raise(AlertCandidate candidate) {
        List<String> raised =
                jdbc.sql(
                                """
                                insert into alert (kind, subject, threshold, period, team_slug, sandbox, text, due_at)
                                select :kind, :subject, :threshold, :period, :team, :sandbox, :text,
                                    case when :sends then gateway_now() end
                                where not exists (select from alert where kind = :kind and subject = :subject
                                    and threshold = :threshold and period = :period)
                                on conflict (kind, subject, threshold, period) do nothing
                                returning text
                                """)
                        .param("kind", candidate.kind().name())
                        .param("subject", candidate.subject())
                        .param("threshold", candidate.threshold())
                        .param("period", candidate.period())
                        .param("team", candidate.team())
                        .param("sandbox", candidate.sandbox())
                        .param("text", text(candidate))
                        .param("sends", settings.sends())
                        .query((row, _) -> row.getString("text"))
                        .list();
        for (String text : raised) {
            log.warn("alert: {}", text);
            counter(candidate.kind()).increment();
        }
    }

    /**
     * An alert that a rule calls for; kind, subject, threshold and period make it the same as
     * another.
     */
    public record AlertCandidate(
            AlertKind kind,
            String subject,
            @Nullable String team,
            String threshold,
            String period,
            boolean sandbox,
            String text) {}

    private static Alert alert(ResultSet row) throws SQLException {
        return new Alert(
                row.getLong("id"),
                AlertKind.valueOf(row.getString("kind")),
                row.getString("subject"),
                row.getString("team_slug"),
                row.getString("threshold"),
                row.getString("period"),
                row.getString("text"),
                row.getBoolean("sandbox"),
                SqlInstants.get(row, "at"),
                SqlInstants.find(row, "acknowledged_at"),
                row.getString("acknowledged_by"),
                new Alert.Delivery(
                        row.getString("message_id"),
                        row.getInt("attempts"),
                        SqlInstants.find(row, "delivered_at"),
                        SqlInstants.find(row, "due_at"),
                        row.getString("last_error")));
    }
}
