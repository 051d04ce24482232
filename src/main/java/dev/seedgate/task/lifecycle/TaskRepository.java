package dev.seedgate.task.lifecycle;

import java.util.Optional;
import org.springframework.data.repository.Repository;

/** The tasks as entities, without a lock; {@link TaskTransitions} locks them for their verbs. */
interface TaskRepository extends Repository<Task, String> {

    boolean existsByIdAndTeamId(String id, long teamId);

    Optional<Task> findById(String id);
}
