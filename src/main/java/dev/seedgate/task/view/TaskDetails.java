package dev.seedgate.task.view;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.seedgate.task.lifecycle.Phase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task with its timeline, for its team: the seven status fields, the phase it is really in, and
 * how it came there.
 */
record TaskDetails(
        @JsonUnwrapped TaskStatus status,
        Phase phase,
        @Nullable String project,
        List<TimelineEntry> timeline) {

    /** The task came into this phase; the note says why where that is not plain. */
    record TimelineEntry(
            @JsonFormat(
                            shape = JsonFormat.Shape.STRING,
                            pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'",
                            timezone = "UTC")
                    Instant at,
            Phase phase,
            @Nullable String note) {}
}
