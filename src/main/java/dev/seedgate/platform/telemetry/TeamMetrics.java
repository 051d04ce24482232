package dev.seedgate.platform.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Counters of creates and credits. With the setting {@code metricsTeamLabel} they are labelled by
 * team: a bounded number of teams have a label of their own, the others share one.
 */
@Component
public class TeamMetrics {

    private static final String CREATES = "seedgate.creates";
    private static final String CREDITS = "seedgate.credits";
    private static final List<String> WATCHED =
            List.of("accepted", "replayed", "INTERNAL_ERROR", "OUTCOME_UNKNOWN", "OVERLOADED");
    private static final List<String> MOVEMENTS =
            List.of("reserve", "settle", "release", "possible_loss");
    private static final String TEAM = "team";
    private static final String OTHER = "other";
    private static final String NONE = "none";

    private final MeterRegistry meters;
    private final TelemetrySettings settings;
    private final Set<String> named = ConcurrentHashMap.newKeySet();

    public TeamMetrics(MeterRegistry meters, TelemetrySettings settings) {
        this.meters = meters;
        this.settings = settings;
        if (!settings.metricsTeamLabel()) {
            // There from the start, so that the first of a rare one is seen as a change.
            WATCHED.forEach(outcome -> meters.counter(CREATES, "outcome", outcome));
            MOVEMENTS.forEach(movement -> meters.counter(CREDITS, "movement", movement));
        }
    }

    /**
     * A create was answered.
     *
     * @param outcome {@code accepted}, {@code replayed} or the error's code
     * @param team its slug; null if the request was refused before the team was known
     */
    public void created(String outcome, @Nullable String team) {
        meters.counter(CREATES, of(team).and("outcome", outcome)).increment();
    }

    /** Credits have moved, for good: call it after the commit. */
    public void moved(String movement, String team, long credits) {
        meters.counter(CREDITS, of(team).and("movement", movement)).increment((double) credits);
    }

    private Tags of(@Nullable String team) {
        if (!settings.metricsTeamLabel()) {
            return Tags.empty();
        }
        return Tags.of(TEAM, team == null ? NONE : label(team));
    }

    private String label(String team) {
        // Two at once may overshoot by the few requests that are under way; that is bounded too.
        if (!named.contains(team) && named.size() < settings.metricsTeams()) {
            named.add(team);
        }
        return named.contains(team) ? team : OTHER;
    }
}
