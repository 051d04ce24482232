package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.queue.TeamQueue;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The limit on the queue's length: what is taken must be submittable within {@code
 * SEEDGATE_QUEUE_MAX_WAIT}. Measured once a second, a very long one less often; between two
 * measurements, what was taken here is counted along.
 *
 * <p>The limit is a rate times a time. The rate is what submits have really had lately, while tasks
 * waited and the vendor could be called; before anything is known, half of the configured rate, for
 * polls may take the other half. The queue is fair, so a create is judged by the place that it
 * would have: behind its team's own tasks, and of each other team behind as many as its weight
 * allows. A team that floods the queue is refused, and the others are not.
 */
@Component
class QueueLimit {

    /**
     * Long enough to see polls take their share, short enough to follow a vendor that slows down.
     */
    private static final double MEMORY_SECONDS = 30;

    /** Room for what a queue looks like between two looks, and for tasks that go back to it. */
    private static final double MARGIN = 0.9;

    /** What is taken between two looks is counted along, so that a second is soon enough. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    /**
     * A look reads all that waits, so it takes the longer the more that is: 70 ms for a hundred
     * thousand, in which creates have a core less. So the time to the next one is at least so many
     * times as long. What other replicas take meanwhile grows with it, in proportion to what waits:
     * a thousand a second are 4 % of a hundred thousand, which the margin covers.
     */
    private static final int REST = 50;

    /** The same for a long queue that is not half of what may wait. */
    private static final int REST_WITH_ROOM = 500;

    /** Tasks that others would have to take, to fill the other half before the next look. */
    private static final int TAKEN_ELSEWHERE_PER_MILLISECOND = 1;

    /**
     * In tasks. A look at fewer takes 5 ms, or longer because the database is busy; then a late
     * next one saves little, and what was taken here since is counted as waiting for longer than it
     * does.
     */
    private static final int LONG = 10_000;

    /** A database that hangs for a second must not make this blind for a minute. */
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(10);

    /**
     * The same where there is room: by looks at 650,000 tasks each ten seconds instead, the p99 of
     * creates was higher. Not longer than the memory of the vendor's rate.
     */
    private static final Duration LONGEST_INTERVAL_WITH_ROOM = Duration.ofSeconds(30);

    private final Supplier<List<TeamQueue>> look;
    private final RateBudget budget;
    private final GenerationSettings settings;
    private final Map<Long, Integer> admittedSince = new ConcurrentHashMap<>();
    private final AtomicInteger totalAdmittedSince = new AtomicInteger();
    private volatile Map<Long, TeamQueue> queues = Map.of();
    private volatile int totalQueued;
    private volatile double submitsPerSecond;
    private @Nullable Sample last;

    @Autowired
    QueueLimit(WorkQueue work, RateBudget budget, GenerationSettings settings) {
        this(
                () ->
                        work.teamQueues(
                                settings.queueMaxLength(), settings.accountStopsUntilFailed()),
                budget,
                settings);
    }

    QueueLimit(Supplier<List<TeamQueue>> look, RateBudget budget, GenerationSettings settings) {
        this.look = look;
        this.budget = budget;
        this.settings = settings;
        submitsPerSecond = guaranteed();
    }

    /**
     * Looks at the queue and at what was submitted since the last look.
     *
     * @return the time until the next look
     */
    Duration measure() {
        long begin = System.nanoTime();
        measure(begin);
        return intervalAfter(Duration.ofNanos(System.nanoTime() - begin));
    }

    /**
     * The time from the last look to the next.
     *
     * @param look how long the last one took
     */
    Duration intervalAfter(Duration look) {
        int half = limit() / 2;
        boolean room = totalQueued >= LONG && totalQueued < half;
        long longest =
                room
                        ? Math.min(
                                half / TAKEN_ELSEWHERE_PER_MILLISECOND,
                                LONGEST_INTERVAL_WITH_ROOM.toMillis())
                        : LONGEST_INTERVAL.toMillis();
        return Duration.ofMillis(
                Math.clamp(
                        look.multipliedBy(room ? REST_WITH_ROOM : REST).toMillis(),
                        INTERVAL.toMillis(),
                        longest));
    }

    void measure(long nanos) {
        // What is taken while this looks is counted twice for a second, rather than never.
        Map<Long, Integer> before = Map.copyOf(admittedSince);
        Map<Long, TeamQueue> now =
                look.get().stream()
                        .collect(Collectors.toMap(TeamQueue::teamId, Function.identity()));
        boolean busy = !now.isEmpty() && budget.capacity().submits() > 0;
        Sample sample = new Sample(nanos, budget.submitsGranted(), busy);
        Sample earlier = last;
        if (now.isEmpty()) {
            submitsPerSecond = guaranteed();
        } else if (earlier != null && earlier.busy() && sample.busy()) {
            submitsPerSecond = sample.smoothedRate(earlier, submitsPerSecond);
        }
        last = sample;
        queues = now;
        totalQueued = now.values().stream().mapToInt(TeamQueue::tasks).sum();
        before.forEach((team, taken) ->
                admittedSince.computeIfPresent(
                        team, (_, all) -> all.equals(taken) ? null : all - taken));
        totalAdmittedSince.addAndGet(-before.values().stream().mapToInt(it -> it).sum());
    }

    /**
     * Whether no task of any team waits that can tell if a stopped account works again: none at
     * all, or only those that may be what stops it, which only a call of another one can show.
     */
    boolean hasNoProbe() {
        return admittedSince.isEmpty()
                && queues.values().stream().allMatch(queue -> queue.suspects() == queue.tasks());
    }

    /** Whether one more task of this team could be submitted in time. */
    boolean admits(long team) {
        TeamQueue own = queues.get(team);
        if (own != null
                && own.oldest().compareTo(settings.queueMaxWait().multipliedBy(95).dividedBy(100))
                        > 0) {
            return false;
        }
        int limit = limit();
        // Behind all that wait is the last place that it can have: the way of nearly every create,
        // which takes no longer with more teams.
        return totalQueued + totalAdmittedSince.get() < limit
                || place(team, own == null ? 1 : own.weight()) <= limit;
    }

    /** Counts a task of this team that was taken here. */
    void countAdmitted(long team) {
        admittedSince.merge(team, 1, Integer::sum);
        totalAdmittedSince.incrementAndGet();
    }

    /** The number of tasks that could be submitted in time, if they all were one team's. */
    int limit() {
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
        for (Map.Entry<Long, Integer> other : admittedSince.entrySet()) {
            if (other.getKey() != team && !queues.containsKey(other.getKey())) {
                place += Math.min(other.getValue(), own);
            }
        }
        return place;
    }

    private int waiting(long team) {
        TeamQueue queue = queues.get(team);
        return (queue == null ? 0 : queue.tasks()) + admittedSince.getOrDefault(team, 0);
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

        double smoothedRate(Sample earlier, double known) {
            double seconds = (nanos - earlier.nanos) / 1e9;
            double rate = (submits - earlier.submits) / seconds;
            double share = 1 - Math.exp(-seconds / MEMORY_SECONDS);
            return known + share * (rate - known);
        }
    }
}
