package dev.seedgate.task.clip;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/**
 * Limit on the clips that a replica hands out at once, of each team and of all: who reads slowly
 * holds a place for long. Nobody waits for one.
 */
@Component
class StreamLimit {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final ClipSettings settings;
    private final Semaphore all;

    // As many as there are teams.
    private final Map<Long, Semaphore> teams = new ConcurrentHashMap<>();

    StreamLimit(ClipSettings settings, MeterRegistry meters) {
        this.settings = settings;
        all = new Semaphore(settings.clipsMaxStreams());
        Gauge.builder(
                        "seedgate.clips.streams",
                        all,
                        it -> settings.clipsMaxStreams() - it.availablePermits())
                .register(meters);
    }

    /** Takes a place, or refuses. */
    Place take(long teamId) {
        Semaphore team =
                teams.computeIfAbsent(teamId, _ -> new Semaphore(settings.clipsTeamMaxStreams()));
        if (!team.tryAcquire()) {
            throw new ApiException(
                    ErrorCode.TEAM_RATE_LIMITED,
                    "Your team is reading %d clips from this gateway, which is its limit. Read fewer at once."
                            .formatted(settings.clipsTeamMaxStreams()),
                    RETRY_AFTER);
        }
        if (!all.tryAcquire()) {
            team.release();
            throw new ApiException(
                    ErrorCode.OVERLOADED,
                    "Too many clips are being read from this gateway. Try again.",
                    RETRY_AFTER);
        }
        return () -> {
            all.release();
            team.release();
        };
    }

    /** A place among those who read; closing gives it back. */
    interface Place extends AutoCloseable {

        @Override
        void close();
    }
}
