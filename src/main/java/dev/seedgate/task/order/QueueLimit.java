package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.queue.TeamQueue;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.throttle.RateBudget;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * How many tasks may wait to be submitted: what is taken must be submittable within {@code
 * SEEDGATE_QUEUE_MAX_WAIT}. Measured once a second; between two looks, what was taken here is
 * counted along.
 *
 * <p>The limit is a rate times a time. The rate is what submits have really had lately, while tasks
 * waited and the vendor could be called; before anything is known, half of the configured rate, for
 * polls may take the other half. The queue is fair, so a create is judged by the place that it
 * would have: behind its team's own tasks, and of each other team behind as many as its weight
 * allows. A team that floods the queue is told so, and the others are not.
 */
@Component
class QueueLimit {

    /**
     * Long enough to see polls take their share, short enough to follow a vendor that slows down.
     */
    private static final double MEMORY_SECONDS = 30;

    /** Room for what a queue looks like between two looks, and for tasks that go back to it. */
    private static final double MARGIN = 0.9;

    private final Supplier<List<TeamQueue>> look;
    private final RateBudget budget;
    private final GenerationSettings settings;
    private final Map<Long, Integer> takenSince = new ConcurrentHashMap<>();
    private volatile Map<Long, TeamQueue> queues = Map.of();
    private volatile double submitsPerSecond;
    private @Nullable Sample last;

    @Autowired
    QueueLimit(WorkQueue work, RateBudget budget, GenerationSettings settings) {
        this(
                () -> work.queues(settings.queueMaxLength(), settings.accountStopsUntilFailed()),
                budget,
                settings);
    }

    QueueLimit(Supplier<List<TeamQueue>> look, RateBudget budget, GenerationSettings settings) {
        this.look = look;
        this.budget = budget;
        this.settings = settings;
        submitsPerSecond = guaranteed();
    }

    /** Looks at the queue and at what was submitted since the last look. */
    void measure() {
        measure(System.nanoTime());
    }

    void measure(long nanos) {
        // What is taken while this looks is counted twice for a second, rather than never.
        Map<Long, Integer> before = Map.copyOf(takenSince);
        Map<Long, TeamQueue> now =
                look.get().stream()
                        .collect(Collectors.toMap(TeamQueue::teamId, Function.identity()));
        boolean busy = !now.isEmpty() && budget.opening().submits() > 0;
        Sample sample = new Sample(nanos, budget.submitsMade(), busy);
        Sample earlier = last;
        if (now.isEmpty()) {
            submitsPerSecond = guaranteed();
        } else if (earlier != null && earlier.busy() && sample.busy()) {
            submitsPerSecond = sample.learn(earlier, submitsPerSecond);
        }
        last = sample;
        queues = now;
        before.forEach((team, taken) ->
                takenSince.computeIfPresent(
                        team, (_, all) -> all.equals(taken) ? null : all - taken));
    }

    /**
     * Whether no task of any team waits that can tell if a stopped account works again: none at
     * all, or only those that may be what stops it, which only a call of another one can show.
     */
    boolean hasNoProbe() {
        return takenSince.isEmpty()
                && queues.values().stream().allMatch(queue -> queue.suspects() == queue.tasks());
    }

    /** Whether one more task of this team could be submitted in time. */
    boolean takes(long team) {
        TeamQueue own = queues.get(team);
        if (own != null
                && own.oldest().compareTo(settings.queueMaxWait().multipliedBy(95).dividedBy(100))
                        > 0) {
            return false;
        }
        return place(team, own == null ? 1 : own.weight()) <= most();
    }

    /** A task of this team was taken here. */
    void taken(long team) {
        takenSince.merge(team, 1, Integer::sum);
    }

    /** How many could be submitted in time, if they all were one team's. */
    int most() {
        double seconds = settings.queueMaxWait().toMillis() / 1000.0;
        return (int) Math.clamp(submitsPerSecond * seconds * MARGIN, 1, settings.queueMaxLength());
    }

    /** The place in the queue that the next task of a team has, by fair share. */
    private double place(long team, int weight) {
        double own = 1 + waiting(team);
        double place = own;
        for (TeamQueue other : queues.values()) {
            if (other.teamId() != team) {
                place += Math.min(waiting(other.teamId()), own * other.weight() / weight);
            }
        }
        for (Map.Entry<Long, Integer> other : takenSince.entrySet()) {
            if (other.getKey() != team && !queues.containsKey(other.getKey())) {
                place += Math.min(other.getValue(), own);
            }
        }
        return place;
    }

    private int waiting(long team) {
        TeamQueue queue = queues.get(team);
        return (queue == null ? 0 : queue.tasks()) + takenSince.getOrDefault(team, 0);
    }

    private double guaranteed() {
        return budget.requestsPerSecond() / 2;
    }

    /**
     * One look.
     *
     * @param busy whether tasks waited and could be submitted: only then their rate says what is
     *     possible
     */
    private record Sample(long nanos, long submits, boolean busy) {

        double learn(Sample earlier, double known) {
            double seconds = (nanos - earlier.nanos) / 1e9;
            double rate = (submits - earlier.submits) / seconds;
            double share = 1 - Math.exp(-seconds / MEMORY_SECONDS);
            return known + share * (rate - known);
        }
    }
}
