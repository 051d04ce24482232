package dev.seedgate.generation;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.Page;
import dev.seedgate.shared.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which tasks a filter means, newest first. An id is the cursor: ids are in the order of time. */
@Repository
class TaskSearch {

    private static final String FIND =
            """
            select t.id, m.slug from task t join team m on m.id = t.team_id
            where (cast(:team as text) is null or m.slug = :team)
                and t.phase in (:phases)
                and (cast(:project as text) is null or t.project = :project)
                and (cast(:upstreamTaskId as text) is null
                    or t.id in (select j.task_id from vendor_job j where j.upstream_task_id = :upstreamTaskId))
                and (cast(:from as timestamptz) is null or t.created_at >= :from)
                and (cast(:to as timestamptz) is null or t.created_at < :to)
                and (cast(:cursor as text) is null or t.id < :cursor collate "C")
            order by t.id desc
            limit :limit
            """;

    private final JdbcClient jdbc;

    TaskSearch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A cursor that is no task's id is {@code INVALID_REQUEST}. */
    Page<Found> find(TaskFilter filter, @Nullable String cursor, int limit) {
        if (cursor != null && TaskId.parse(cursor).isEmpty()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "cursor must be the next_cursor of an earlier answer.");
        }
        if (filter.phases().isEmpty()) {
            // Contradicting wishes; SQL has no empty list.
            return new Page<>(List.of(), null);
        }
        List<Found> found =
                jdbc.sql(FIND)
                        .param("team", filter.team())
                        .param("phases", filter.phases().stream().map(Phase::name).toList())
                        .param("project", filter.project())
                        .param("upstreamTaskId", filter.upstreamTaskId())
                        .param("from", filter.from())
                        .param("to", filter.to())
                        .param("cursor", cursor)
                        .param("limit", limit + 1)
                        .query((row, _) -> new Found(row.getString("id"), row.getString("slug")))
                        .list();
        return Page.of(found, limit, Found::id);
    }

    /** A task, and the slug of its team. */
    record Found(String id, String team) {}
}
