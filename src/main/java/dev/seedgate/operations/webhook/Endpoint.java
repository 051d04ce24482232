package dev.seedgate.operations.webhook;

import dev.seedgate.platform.database.SqlInstants;
import java.net.URI;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of a team's.
 *
 * @param url null for that of its callbacks, whose URL comes with each create
 * @param hosts that callbacks may lead to; null for all other endpoints
 * @param oldSecretUntil how long the secret of before the last rotation signs too
 * @param failingSince since when nothing could be delivered; null when the last try was well
 */
public record Endpoint(
        long id,
        @Nullable String url,
        @Nullable List<String> hosts,
        List<TaskEvent> events,
        @Nullable Instant oldSecretUntil,
        Instant createdAt,
        @Nullable Instant failingSince,
        @Nullable Instant disabledAt,
        @Nullable String disabledReason) {

    static Endpoint of(ResultSet row) throws SQLException {
        List<String> events = texts(row.getArray("events"));
        return new Endpoint(
                row.getLong("id"),
                row.getString("url"),
                row.getArray("hosts") == null ? null : texts(row.getArray("hosts")),
                events.stream().map(TaskEvent::of).toList(),
                SqlInstants.find(row, "old_secret_until"),
                SqlInstants.get(row, "created_at"),
                SqlInstants.find(row, "failing_since"),
                SqlInstants.find(row, "disabled_at"),
                row.getString("disabled_reason"));
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    /**
     * Without the URL's path, for whoever is not of its team: with some receivers whoever knows it
     * may write to them.
     */
    public Endpoint withoutPath() {
        if (url == null) {
            return this;
        }
        URI whole = URI.create(url);
        return new Endpoint(
                id,
                whole.getScheme() + "://" + whole.getRawAuthority() + "/…",
                hosts,
                events,
                oldSecretUntil,
                createdAt,
                failingSince,
                disabledAt,
                disabledReason);
    }
}
