package dev.seedgate.operations.alert;

import dev.seedgate.platform.database.SqlInstants;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** An alert that is to be sent, as try number {@code attempt}. */
record PendingAlert(long id, String messageId, int attempt, Body body) {

    static PendingAlert of(ResultSet row) throws SQLException {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", row.getLong("id"));
        data.put("kind", row.getString("kind"));
        data.put("subject", row.getString("subject"));
        data.put("team", row.getString("team_slug"));
        data.put("threshold", row.getString("threshold"));
        data.put("period", row.getString("period"));
        data.put("sandbox", row.getBoolean("sandbox"));
        return new PendingAlert(
                row.getLong("id"),
                row.getString("message_id"),
                row.getInt("attempts"),
                new Body(row.getString("text"), "alert.raised", SqlInstants.get(row, "at"), data));
    }

    /** What chats show is {@code text}; the rest is for programs. */
    record Body(String text, String type, Instant timestamp, Map<String, Object> data) {}
}
