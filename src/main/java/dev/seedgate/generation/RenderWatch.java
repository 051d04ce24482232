package dev.seedgate.generation;

import dev.seedgate.shared.TaskId;
import java.time.Duration;

/**
 * Asks the vendor about a rendering task before its time; implemented by the room that does the
 * polling.
 */
public interface RenderWatch {

    /**
     * Has the task polled if the vendor's last answer is older than {@code age}, and waits for that
     * poll or until the time is up. However many wait, one poll serves them.
     *
     * @return whether the task may have changed
     */
    boolean refresh(TaskId task, Duration age, Duration atMost);
}
