package dev.seedgate.dispatch;

import dev.seedgate.generation.Outcomes;
import dev.seedgate.generation.TaskQueued;
import dev.seedgate.shared.TaskId;
import dev.seedgate.telemetry.Step;
import dev.seedgate.telemetry.Steps;
import dev.seedgate.upstream.Budget;
import dev.seedgate.upstream.Grant;
import dev.seedgate.upstream.Permit;
import dev.seedgate.upstream.Vendor;
import dev.seedgate.work.Agenda;
import dev.seedgate.work.DuePoll;
import dev.seedgate.work.DueSubmit;
import dev.seedgate.work.DueWork;
import dev.seedgate.work.WorkKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * The loop that turns due work into calls: looks what is due, takes permits for it, claims no more
 * than the permits at hand, and lets each claim run on a thread of its own.
 */
@Component
class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    // Before the web server, because the sandbox behind it may be the vendor of what is still in
    // flight.
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 512;
    private static final int SWEPT_AT_ONCE = 100;

    private final DueWork work;
    private final Budget budget;
    private final Vendor vendor;
    private final Calls calls;
    private final Outcomes outcomes;
    private final DispatchSettings settings;
    private final Steps steps;
    private final Counter failures;
    private final FairPolls fairPolls = new FairPolls();
    private final Waker waker = new Waker();
    private final Semaphore slots;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("call-", 0).factory());
    private volatile boolean running;
    private volatile @Nullable Thread loop;
    private long barredUntilNanos = System.nanoTime();
    private long nextSweepNanos = System.nanoTime();

    Dispatcher(
            DueWork work,
            Budget budget,
            Vendor vendor,
            Calls calls,
            Outcomes outcomes,
            DispatchSettings settings,
            Steps steps,
            MeterRegistry meters) {
        this.work = work;
        this.budget = budget;
        this.vendor = vendor;
        this.calls = calls;
        this.outcomes = outcomes;
        this.settings = settings;
        this.steps = steps;
        failures = meters.counter("seedgate.dispatch.failures");
        slots = new Semaphore(vendor.maxConcurrent());
    }

    /** A task was accepted here: submit it now, not at the next look. */
    @TransactionalEventListener
    void queued(TaskQueued event) {
        wake();
    }

    void wake() {
        waker.wake();
    }

    @Override
    public void start() {
        running = true;
        loop = Thread.ofVirtual().name("dispatcher").start(this::loop);
    }

    private void loop() {
        while (running) {
            Duration pause = settings.dispatchInterval();
            try {
                pause = tick();
            } catch (RuntimeException e) {
                // The loop outlives whatever a tick dies of; most often the database is away for a
                // moment.
                failures.increment();
                log.warn("dispatch: {}", e.toString());
                log.debug("dispatch", e);
            }
            try {
                waker.await(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** One look at what is due. Answers how long nothing will be, unless woken. */
    Duration tick() {
        sweepWhenDue();
        Duration barred = Duration.ofNanos(barredUntilNanos - System.nanoTime());
        if (barred.isPositive()) {
            return barred;
        }
        int free = slots.availablePermits();
        Agenda agenda = work.agenda(vendor.maxConcurrent());
        int submits = Math.min(agenda.submits(), free);
        int polls = Math.min(agenda.polls(), free);
        if (submits + polls == 0) {
            return shorter(settings.dispatchInterval(), agenda.nextPoll());
        }
        Grant grant = budget.take(submits, polls);
        submit(grant.submits());
        poll(grant.polls());
        boolean all = grant.submits().size() == submits && grant.polls().size() == polls;
        if (all) {
            // More may be due than was counted: look again at once.
            return Duration.ZERO;
        }
        // Until then no wake-up brings permits; asking anyway would cost the database three
        // statements a create.
        Duration wait = shorter(settings.dispatchInterval(), grant.retryIn());
        barredUntilNanos = System.nanoTime() + wait.toNanos();
        return wait;
    }

    private void submit(List<Permit> permits) {
        if (permits.isEmpty()) {
            return;
        }
        Duration lease = settings.dispatchClaimLease();
        List<DueSubmit> claimed =
                permits.getFirst().probe()
                        ? work.claimProbe(lease).stream().toList()
                        : work.claimSubmits(permits.size(), lease);
        for (int i = 0; i < claimed.size(); i++) {
            DueSubmit due = claimed.get(i);
            Permit permit = permits.get(i);
            run(() -> calls.submit(due, permit));
        }
    }

    private void poll(List<Permit> permits) {
        if (permits.isEmpty()) {
            return;
        }
        Duration lease = vendor.longestPoll().plus(settings.dispatchLeaseMargin());
        Iterator<Permit> permit = permits.iterator();
        fairPolls
                .divide(work.pollShares(), permits.size())
                .forEach((team, count) ->
                        work.claimPolls(team, count, lease)
                                .forEach(poll -> poll(poll, permit.next())));
    }

    private void poll(DuePoll poll, Permit permit) {
        run(() -> calls.poll(poll, permit));
    }

    private void run(Runnable call) {
        slots.acquireUninterruptibly();
        threads.execute(() -> {
            try {
                call.run();
            } catch (RuntimeException e) {
                // The lease brings the task back.
                failures.increment();
                log.warn("dispatch: {}", e.toString());
                log.debug("dispatch", e);
            } finally {
                slots.release();
                waker.wake();
            }
        });
    }

    private void sweepWhenDue() {
        if (System.nanoTime() - nextSweepNanos >= 0) {
            nextSweepNanos = System.nanoTime() + settings.dispatchSweepInterval().toNanos();
            sweep();
        }
    }

    /** Looks after tasks that nobody is working on and whose time is up. */
    void sweep() {
        each(work.due(WorkKind.SENT, SWEPT_AT_ONCE), outcomes::abandoned);
        each(outcomes.overdueInQueue(SWEPT_AT_ONCE), outcomes::waitedTooLong);
        each(work.due(WorkKind.REFUND, SWEPT_AT_ONCE), outcomes::gaveUp);
    }

    /** One task that can't be helped must not keep the others from it. */
    private void each(List<TaskId> tasks, Consumer<TaskId> verb) {
        for (TaskId task : tasks) {
            try (Step _ = steps.begin("sweep").of(task)) {
                verb.accept(task);
            } catch (RuntimeException e) {
                failures.increment();
                log.warn("sweep of {}", task, e);
            }
        }
    }

    /** Takes no new work, and waits for the calls in flight and for their answers to be stored. */
    @Override
    public void stop(Runnable callback) {
        running = false;
        waker.wake();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        // What the last tick has claimed still runs.
                        join(loop);
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

    private static void join(@Nullable Thread thread) throws InterruptedException {
        if (thread != null) {
            thread.join();
        }
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
