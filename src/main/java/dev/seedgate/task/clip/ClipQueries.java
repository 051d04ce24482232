package dev.seedgate.task.clip;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskInterventions;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The reads of tasks' clips. None holds a connection longer than its statement. */
@Component
class ClipQueries {

    private static final String FIND =
            """
            select t.id, t.team_id, t.phase, t.response, c.state, c.object_key, c.size_bytes,
                encode(c.sha256, 'hex') as sha256, c.media_type
            from task t left join clip_copy c on c.task_id = t.id where t.id = :id
            """;

    private final JdbcClient jdbc;

    ClipQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The clip of a task of these teams; another's is as unknown as one that never was. */
    FoundClip find(TaskId id, TeamScope scope) {
        return clip(
                row(id).filter(it -> scope.includes(it.teamId()))
                        .orElseThrow(TaskInterventions::unknown));
    }

    /** The clip of the team's own task; another team's is as unknown as one that never was. */
    FoundClip find(TaskId id, AuthenticatedTeam caller) {
        return clip(
                row(id).filter(it -> it.teamId() == caller.teamId())
                        .orElseThrow(TaskInterventions::unknown));
    }

    /** When it is so much later, in seconds since 1970 by the database's clock. */
    long after(Duration time) {
        return jdbc.sql("select ceil(extract(epoch from gateway_now()) + :seconds)")
                .param("seconds", time.toSeconds())
                .query(Long.class)
                .single();
    }

    /** Whether this moment, in seconds since 1970, is over by the database's clock. */
    boolean isOver(long moment) {
        return jdbc.sql("select extract(epoch from gateway_now()) >= :moment")
                .param("moment", moment)
                .query(Boolean.class)
                .single();
    }

    private static FoundClip clip(Row row) {
        String url = row.url();
        if (url == null) {
            throw new ApiException(
                    ErrorCode.NOT_FOUND,
                    row.phase() == Phase.FAILED
                            ? "This task has no clip: it failed."
                            : "This task has no clip yet: it is %s.".formatted(row.phase()));
        }
        return new FoundClip(new TaskId(row.id()), row.teamId(), url, row.copy());
    }

    private Optional<Row> row(TaskId id) {
        return jdbc.sql(FIND).param("id", id.value()).query(ClipQueries::row).optional();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getLong("team_id"),
                Phase.valueOf(row.getString("phase")),
                first(row.getArray("response")),
                copy(row));
    }

    private static @Nullable ClipCopy copy(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return state == null
                ? null
                : new ClipCopy(
                        CopyState.valueOf(state),
                        row.getString("object_key"),
                        row.getLong("size_bytes"),
                        row.getString("sha256"),
                        row.getString("media_type"));
    }

    /** An order is one clip; where the vendor gives several addresses, the first is the clip's. */
    private static @Nullable String first(@Nullable Array urls) throws SQLException {
        if (urls == null) {
            return null;
        }
        String[] all = (String[]) urls.getArray();
        return all.length == 0 ? null : all[0];
    }

    private record Row(
            String id, long teamId, Phase phase, @Nullable String url, @Nullable ClipCopy copy) {}
}
