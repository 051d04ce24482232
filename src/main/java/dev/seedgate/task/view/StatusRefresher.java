package dev.seedgate.task.view;

import dev.seedgate.platform.values.TaskId;
import java.time.Duration;

/**
 * A way to have a rendering task polled before its time; implemented by the room that does the
 * polling.
 */
public interface StatusRefresher {

    /**
     * Has the task polled if the vendor's last answer is older than {@code age}, and waits for that
     * poll or until the time is up. However many wait, one poll serves them.
     *
     * @return what is known now
     */
    News refresh(TaskId task, Duration age, Duration atMost);

    /** How the vendor's last answer stands to the question. */
    enum News {
        /** It is young enough; the task is as it was read. */
        UNCHANGED,
        /** It has come meanwhile, or the task has ended: read it again. */
        UPDATED,
        /** It did not come in time; the task may have changed all the same. */
        TIMED_OUT
    }
}
