package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.database.DatabaseClock;
import jakarta.persistence.LockModeType;
import java.util.Optional;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The tasks as entities: found, or locked for one of their verbs. */
interface TaskRepository extends Repository<Task, String>, DatabaseClock {

    boolean existsByIdAndTeamId(String id, long teamId);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select t from Task t where t.id = :id")
    Optional<Task> lock(String id);

    Optional<Task> findById(String id);
}
