package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.DatabaseClock;
import java.util.Optional;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** The tasks as entities: found, or locked for one of their verbs. */
interface TaskRepository extends Repository<Task, String>, DatabaseClock {

    @NativeQuery("select exists (select from task where id = :id and team_id = :teamId)")
    boolean existsByIdAndTeamId(String id, long teamId);

    @NativeQuery("select * from task where id = :id for no key update")
    Optional<Task> lock(String id);

    Optional<Task> findById(String id);
}
