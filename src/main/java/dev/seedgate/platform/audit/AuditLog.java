package dev.seedgate.platform.audit;

import dev.seedgate.platform.database.Log;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.RequestId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Audit log: an append-only entry for every change by an admin. */
@Service
public class AuditLog {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    AuditLog(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Joins the transaction of the change, so that neither stands without the other. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void record(Change change, Actor actor) {
        jdbc.sql(
                        """
                        insert into audit_entry (actor, action, object, before, after, reason, address,
                            request_id)
                        values (:actor, :action, :object, cast(:before as jsonb), cast(:after as jsonb),
                            :reason, :address, :request)
                        """)
                .param("actor", actor.name())
                .param("action", change.action())
                .param("object", change.object())
                .param("before", text(change.before()))
                .param("after", text(change.after()))
                .param("reason", change.reason())
                .param("address", actor.address())
                .param("request", MDC.get(RequestId.LOG_KEY))
                .update();
    }

    /**
     * The entries, newest first.
     *
     * @param cursor the id before which the page begins, or null
     */
    @Transactional(readOnly = true)
    public Page<AuditEntry> find(AuditFilter filter, @Nullable Long cursor, int limit) {
        SequencedMap<String, Object> wanted = new LinkedHashMap<>();
        put(wanted, "actor", filter.actor());
        put(wanted, "action", filter.action());
        SequencedMap<String, Object> indexed = wanted;
        if (filter.object() != null) {
            // Of one thing there are few.
            indexed = new LinkedHashMap<>(Map.of("object", filter.object()));
        }
        return new Log(jdbc, "audit_entry")
                .page(
                        indexed,
                        filter.object() == null ? Map.of() : wanted,
                        filter.from(),
                        filter.to(),
                        cursor,
                        limit,
                        (row, _) -> entry(row),
                        AuditEntry::id);
    }

    private static void put(Map<String, Object> wanted, String column, @Nullable String value) {
        if (value != null) {
            wanted.put(column, value);
        }
    }

    private AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("id"),
                SqlInstants.get(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("object"),
                tree(row.getString("before")),
                tree(row.getString("after")),
                row.getString("reason"),
                row.getString("address"),
                row.getString("request_id"));
    }

    private @Nullable String text(@Nullable Object value) {
        return value == null ? null : json.writeValueAsString(value);
    }

    private @Nullable JsonNode tree(@Nullable String text) {
        return text == null ? null : json.readTree(text);
    }
}
