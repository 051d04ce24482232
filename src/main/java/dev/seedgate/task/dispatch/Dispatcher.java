package dev.seedgate.task.dispatch;

import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.platform.database.Loop;
import dev.seedgate.platform.database.Rest;
import dev.seedgate.task.lifecycle.SubmitAttempt;
import dev.seedgate.task.lifecycle.SubmitOutcomes;
import dev.seedgate.task.lifecycle.TaskQueued;
import dev.seedgate.task.queue.DueCounts;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.throttle.CallCapacity;
import dev.seedgate.vendor.throttle.Permit;
import dev.seedgate.vendor.throttle.PermitGrant;
import dev.seedgate.vendor.throttle.RateBudget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * The loop that turns due work into calls: looks what is due, claims a little more than the rate
 * lets through soon, and lets each claim run on a thread of its own, which takes its permit at the
 * last moment. A claimed submit has begun: it is committed as about to be sent.
 */
@Component
class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    // Before the web server, because the sandbox behind it may be the vendor of what is still in
    // flight.
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

    private final WorkQueue work;
    private final SubmitOutcomes submitOutcomes;
    private final RateBudget budget;
    private final Vendor vendor;
    private final VendorCallRunner calls;
    private final DispatchSettings settings;
    private final WakeSignal signal;
    private final PermitQueue permits;
    private final Loop loop;
    private final Rest rest;
    private final Counter failures;
    private final PollFairShare pollFairShare;
    private final NextTeams nextTeams;
    // Calls that are claimed and not answered yet; what has its answer keeps no other one waiting.
    private final Semaphore callSlots;
    // Those, and answers that are being stored.
    private final Semaphore threadSlots;
    private final AtomicInteger submitsUnderWay = new AtomicInteger();
    // No more than there are slots. They are the system's own: a virtual thread would wait behind
    // those of all requests each time that it waited for the database, and its permit would end.
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("call-", 0).factory());

    Dispatcher(
            WorkQueue work,
            SubmitOutcomes submitOutcomes,
            RateBudget budget,
            Vendor vendor,
            VendorCallRunner calls,
            DispatchSettings settings,
            WakeSignal signal,
            ConnectionShares requests,
            MeterRegistry meters) {
        this.work = work;
        this.submitOutcomes = submitOutcomes;
        this.budget = budget;
        this.vendor = vendor;
        this.calls = calls;
        this.settings = settings;
        this.signal = signal;
        failures = meters.counter("seedgate.dispatch.failures");
        rest = settings.rest(requests);
        pollFairShare = new PollFairShare(settings.dispatchAhead());
        int maxThreads = vendor.maxConcurrent() + settings.dispatchMaxStoring();
        nextTeams = new NextTeams(maxThreads, settings.dispatchAhead(), work::nextTeams);
        callSlots = new Semaphore(vendor.maxConcurrent());
        threadSlots = new Semaphore(maxThreads);
        permits =
                new PermitQueue(
                        budget, settings.dispatchInterval(), signal::send, failures::increment);
        loop = new Loop("dispatcher", this::tick, settings.dispatchInterval(), failures::increment);
        signal.onSend(loop::wake);
    }

    /** A task was accepted here: submit it now, not at the next look, if anything may be. */
    @TransactionalEventListener(fallbackExecution = true)
    void onTaskQueued(TaskQueued event) {
        CallCapacity capacity = budget.capacity();
        if (capacity.submits() > 0 || capacity.probe()) {
            signal.send();
        }
    }

    @Override
    public void start() {
        permits.start();
        loop.start();
    }

    /** Looks once at what is due. Answers the time until the next look, unless woken. */
    Duration tick() {
        Duration left = Duration.ofNanos(rest.left());
        if (left.isPositive()) {
            return left;
        }
        CallCapacity capacity = budget.capacity();
        int free = freeSlots();
        if (capacity.isNone() || free == 0) {
            return shorter(settings.dispatchInterval(), capacity.retryIn());
        }
        int ahead = ahead();
        int submits =
                Math.min(
                        Math.min(free, capacity.submits() - submitsUnderWay.get()),
                        ahead - permits.waitingSubmits());
        int polls = Math.min(Math.min(free, capacity.polls()), ahead - permits.waitingPolls());
        if (submits <= 0 && polls <= 0 && !capacity.probe()) {
            // A call that ends, or gets its permit, wakes the loop.
            return settings.dispatchInterval();
        }
        long begin = System.nanoTime();
        DueCounts counts = work.dueCounts(Math.max(1, polls) + 1);
        boolean more = false;
        if (capacity.probe()) {
            probe(counts, capacity.polls() == 0);
        }
        if (counts.submits() && submits > 0) {
            more |= submit(submits);
        }
        if (counts.polls() > 0 && polls > 0) {
            // Never more than there are threads for: the loop must not wait for one.
            int room = Math.min(polls, freeSlots());
            more |= room > 0 && poll(room, counts.polls() > room);
        }
        if (!more) {
            // What is due all the same is another's, or the vendor is not asked: a call that ends
            // wakes the loop.
            return polls > 0
                    ? shorter(settings.dispatchInterval(), counts.nextPoll())
                    : settings.dispatchInterval();
        }
        // What was taken may not be all: look again soon, as far as there is room, but rest before,
        // so that what comes up meanwhile is claimed together.
        rest.beginAfter(System.nanoTime() - begin);
        return Duration.ofNanos(rest.left());
    }

    /**
     * How many calls of a kind may be claimed and wait for their permits: as many as the rate lets
     * through while one is claimed and begun over a slow way to the database. More would only stand
     * about, and what stands about when an instance dies has to be taken for sent.
     */
    private int ahead() {
        double seconds = settings.dispatchAhead().toNanos() / 1e9;
        return (int) Math.clamp(Math.ceil(budget.requestsPerSecond() * seconds), 1, 10_000);
    }

    /** While the account is stopped: the one call of the whole cluster that tries it. */
    private void probe(DueCounts counts, boolean mayBeAPoll) {
        int submits = counts.submits() ? 1 : 0;
        int polls = mayBeAPoll ? Math.min(1, counts.polls()) : 0;
        if (submits + polls == 0) {
            return;
        }
        PermitGrant grant = budget.take(submits, polls);
        for (Permit permit : grant.submits()) {
            begin(submitOutcomes::beginProbe, () -> Optional.of(permit));
        }
        for (Permit permit : grant.polls()) {
            work.claimPolls(1, pollLease())
                    .forEach(due ->
                            run(answered -> calls.poll(due, () -> Optional.of(permit), answered)));
        }
    }

    private boolean submit(int limit) {
        // As many as one statement claims.
        int tasks = Integer.highestOneBit(limit);
        List<Long> teams = nextTeams.get(tasks, System.nanoTime());
        int begun =
                begin(
                        (lease, token) ->
                                teams.isEmpty()
                                        ? submitOutcomes.beginAttempts(tasks, lease, token)
                                        : submitOutcomes.beginAttempts(teams, tasks, lease, token),
                        permits::forSubmit);
        nextTeams.claimed(begun, begun == tasks);
        // Those that were remembered may wait for nothing any more, and others do.
        return begun > 0 || !teams.isEmpty();
    }

    /**
     * Begins attempts, all in one commit, and lets each run with a permit of its own.
     *
     * @return how many
     */
    private int begin(
            BiFunction<Duration, String, List<SubmitAttempt>> begin,
            Supplier<Optional<Permit>> permits) {
        String token = UUID.randomUUID().toString();
        long before = System.nanoTime();
        List<SubmitAttempt> begun;
        try {
            begun = begin.apply(calls.submitLease(), token);
        } catch (RuntimeException e) {
            // Perhaps it was committed and only the answer is lost. Nothing was sent, and only
            // this instance knows.
            run(_ -> calls.rollBack(token));
            throw e;
        }
        begun.forEach(it -> runSubmit(answered -> calls.submit(it, before, permits, answered)));
        return begun.size();
    }

    private boolean poll(int limit, boolean moreAreDue) {
        List<DuePoll> claimed =
                moreAreDue
                        ? work.claimPolls(
                                pollFairShare.allocate(
                                        limit, work::duePollsByTeam, System.nanoTime()),
                                pollLease())
                        : work.claimPolls(limit, pollLease());
        claimed.forEach(due -> run(answered -> calls.poll(due, permits::forPoll, answered)));
        return !claimed.isEmpty();
    }

    private Duration pollLease() {
        return budget.permitWait().plus(vendor.longestPoll()).plus(settings.dispatchLeaseMargin());
    }

    private int freeSlots() {
        return Math.min(callSlots.availablePermits(), threadSlots.availablePermits());
    }

    private void runSubmit(Consumer<Runnable> call) {
        submitsUnderWay.incrementAndGet();
        run(call, submitsUnderWay::decrementAndGet);
    }

    private void run(Consumer<Runnable> call) {
        run(call, () -> {});
    }

    /**
     * Runs a call on a thread of its own.
     *
     * @param call is given what to run when the vendor has answered, or is not asked after all:
     *     from then on only the answer is stored, and another call may be claimed
     * @param afterAnswer runs then, once
     */
    private void run(Consumer<Runnable> call, Runnable afterAnswer) {
        callSlots.acquireUninterruptibly();
        threadSlots.acquireUninterruptibly();
        threads.execute(() -> {
            CallSlot slot = new CallSlot(afterAnswer);
            try {
                call.accept(slot::free);
            } catch (RuntimeException e) {
                // The lease brings the task back.
                failures.increment();
                log.warn("dispatch: {}", e.toString());
                log.debug("dispatch", e);
            } finally {
                slot.free();
                threadSlots.release();
                signal.send();
            }
        });
    }

    /** Takes no new work, and waits for the calls in flight and for their answers to be stored. */
    @Override
    public void stop(Runnable callback) {
        loop.stop();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        // What the last tick has claimed still runs; calls without a
                        // permit
                        // go back to the queue.
                        loop.join();
                        permits.close();
                        threads.shutdown();
                        boolean done =
                                threads.awaitTermination(
                                        vendor.longestSubmit()
                                                .plus(settings.dispatchLeaseMargin())
                                                .toMillis(),
                                        TimeUnit.MILLISECONDS);
                        log.info("dispatch stopped, all calls answered: {}", done);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    callback.run();
                });
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The place of one call among those in flight; its thread alone frees it. */
    private final class CallSlot {

        private final Runnable afterAnswer;
        private boolean taken = true;

        CallSlot(Runnable afterAnswer) {
            this.afterAnswer = afterAnswer;
        }

        /** Lets another call be claimed; nothing when it is free already. */
        void free() {
            if (taken) {
                taken = false;
                afterAnswer.run();
                callSlots.release();
                signal.send();
            }
        }
    }
}
