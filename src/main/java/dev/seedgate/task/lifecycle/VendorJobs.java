package dev.seedgate.task.lifecycle;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The vendor's jobs: every id that it ever gave for a task, with what it took for it. The database
 * itself keeps the row of a task's own id; written here is only what the task does not hold.
 */
@Repository
class VendorJobs {

    private final JdbcClient jdbc;

    VendorJobs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The task that this id was given for. */
    Optional<String> taskOf(String upstream, String upstreamTaskId) {
        return jdbc.sql(
                        "select task_id from vendor_job where upstream = :upstream and upstream_task_id = :id")
                .param("upstream", upstream)
                .param("id", upstreamTaskId)
                .query(String.class)
                .optional();
    }

    /**
     * Adds one more id of a task that goes on under another, or under none: the vendor may bill it,
     * and the team does not pay for it.
     */
    void addSecond(Task task, int attempt, String upstreamTaskId) {
        jdbc.sql(
                        """
                        insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, charged)
                        select upstream, :id, id, team_id, :attempt, credits, 0 from task where id = :task
                        on conflict do nothing
                        """)
                .param("id", upstreamTaskId)
                .param("attempt", attempt)
                .param("task", task.id().value())
                .update();
    }

    /**
     * Records the vendor's figure, in credits, for a job whose task takes no figure any more; null
     * = it named none.
     */
    void recordCredits(Task task, String upstreamTaskId, @Nullable Long credits) {
        if (credits == null) {
            return;
        }
        jdbc.sql(
                        """
                        update vendor_job set told = :credits
                        where upstream = :upstream and upstream_task_id = :id and task_id = :task
                            and told is distinct from :credits
                        """)
                .param("credits", credits)
                .param("upstream", task.upstream())
                .param("id", upstreamTaskId)
                .param("task", task.id().value())
                .update();
    }
}
