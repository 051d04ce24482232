package dev.seedgate.task.view;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.task.lifecycle.Phase;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of rows of the task table to what teams and admins are shown; no locks, no entities.
 */
final class TaskRows {

    /** The columns that {@link #summary} needs. */
    static final String COLUMNS =
            "id, phase, project, prompt, aspect_ratio, duration_seconds, sound, image_urls, response, credits, error_message, created_at";

    private TaskRows() {}

    static TaskSummary summary(ResultSet row, int number) throws SQLException {
        Phase phase = Phase.valueOf(row.getString("phase"));
        return new TaskSummary(status(row, phase), phase, row.getString("project"));
    }

    private static TaskStatus status(ResultSet row, Phase phase) throws SQLException {
        List<String> images = Objects.requireNonNullElse(texts(row, "image_urls"), List.of());
        return new TaskStatus(
                row.getString("id"),
                phase.status(),
                new TaskStatus.Request(
                        Objects.requireNonNullElse(row.getString("prompt"), ""),
                        row.getString("aspect_ratio"),
                        row.getString("duration_seconds"),
                        row.getBoolean("sound"),
                        images.isEmpty() ? null : images),
                texts(row, "response"),
                phase == Phase.FAILED ? 0 : row.getLong("credits"),
                row.getString("error_message"),
                SqlInstants.get(row, "created_at"));
    }

    private static @Nullable List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? null : List.of((String[]) array.getArray());
    }
}
