package dev.seedgate.task.dispatch;

import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.platform.database.DatabaseFault;
import dev.seedgate.platform.database.GroupCommit;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.values.Backoff;
import dev.seedgate.task.lifecycle.Acceptance;
import dev.seedgate.task.lifecycle.Completion;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.PollOutcomes;
import dev.seedgate.task.lifecycle.SubmitAttempt;
import dev.seedgate.task.lifecycle.SubmitOutcomes;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.throttle.Permit;
import dev.seedgate.vendor.throttle.RateBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/**
 * The runner of one call to the vendor, between two transactions: the one before says what is about
 * to happen, the one after what did.
 */
@Component
class VendorCallRunner {

    private static final Logger log = LoggerFactory.getLogger(VendorCallRunner.class);
    // Between two tries to store an answer: soon at first, then without hammering a sick database.
    private static final Backoff STORING =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    // Enough that a race with another task's id is over; each costs a slot its pause.
    private static final int MOST_REFUSALS = 5;

    private final Vendor vendor;
    private final RateBudget budget;
    private final SubmitOutcomes submits;
    private final PollOutcomes polls;
    private final OnDemandPolls onDemandPolls;
    private final DispatchSettings settings;
    private final TaskTracing tracing;
    // What nearly all answers are: together they cost the database less than each alone.
    private final GroupCommit<Acceptance> acceptances;
    private final GroupCommit<DuePoll> unfinished;
    private final GroupCommit<Completion> completions;

    VendorCallRunner(
            Vendor vendor,
            RateBudget budget,
            SubmitOutcomes submits,
            PollOutcomes polls,
            OnDemandPolls onDemandPolls,
            DispatchSettings settings,
            ConnectionShares requests,
            TaskTracing tracing) {
        this.vendor = vendor;
        this.budget = budget;
        this.submits = submits;
        this.polls = polls;
        this.onDemandPolls = onDemandPolls;
        this.settings = settings;
        this.tracing = tracing;
        int size = settings.dispatchGroupSize();
        acceptances = new GroupCommit<>(size, settings.rest(requests), submits::recordAccepted);
        unfinished = new GroupCommit<>(size, settings.rest(requests), polls::recordRunning);
        completions = new GroupCommit<>(size, settings.rest(requests), polls::recordSucceeded);
    }

    /**
     * Sends a task whose attempt has begun, and records what came of it.
     *
     * @param begunNanos a moment before the attempt was committed: its lease counts from the
     *     commit, what may be sent from here, which is always the shorter time
     * @param answered runs when the vendor has answered, before that is recorded
     */
    void submit(
            SubmitAttempt attempt,
            long begunNanos,
            Supplier<Optional<Permit>> permits,
            Runnable answered) {
        try (TaskScope _ =
                tracing.begin("submit", attempt.traceParent()).of(attempt.task(), attempt.team())) {
            // Only here the line has the task's own trace: it began with others.
            log.info("task {} is {}", attempt.task(), Phase.SUBMITTING);
            SubmitAnswer answer = submit(attempt, permits, begunNanos + longestWait().toNanos());
            answered.run();
            if (answer instanceof SubmitAnswer.Accepted accepted
                    && acceptances.store(new Acceptance(attempt, accepted))) {
                log.info("task {} is {}", attempt.task(), Phase.RENDERING);
            } else {
                store(
                        "what the vendor answered for task %s (%s)"
                                .formatted(attempt.task(), outcome(answer)),
                        () -> record(attempt, answer));
            }
        }
    }

    private SubmitAnswer submit(
            SubmitAttempt attempt, Supplier<Optional<Permit>> permits, long sendBy) {
        Optional<Permit> permit;
        try {
            permit = permits.get().filter(_ -> System.nanoTime() - sendBy < 0);
        } catch (RuntimeException e) {
            // Whatever it is, nothing was sent, and the task must not stand as if it had been.
            return new SubmitAnswer.NotSent(false, "not sent: no permit could be taken: " + e);
        }
        return permit.map(it -> vendor.submit(attempt.clip(), it))
                .orElseGet(() ->
                        new SubmitAnswer.NotSent(
                                false,
                                "not sent: the rate, a pause or a breaker let no call through in time"));
    }

    /** The longest time from the begin of an attempt to the record of its answer. */
    Duration submitLease() {
        return longestWait().plus(vendor.longestSubmit()).plus(settings.dispatchLeaseMargin());
    }

    /** The longest time from the begin to the call: as long for the commit as for the permit. */
    private Duration longestWait() {
        return budget.permitWait().multipliedBy(2);
    }

    /** Takes attempts back of which only their maker knows that nothing was sent. */
    void rollBack(String token) {
        store(
                "that what was begun as " + token + " was not sent",
                () -> submits.rollBackAttempts(token));
    }

    /**
     * Polls a claimed task and records what came of it.
     *
     * @param answered runs when the vendor has answered, before that is recorded
     */
    void poll(DuePoll poll, Supplier<Optional<Permit>> permits, Runnable answered) {
        try (TaskScope _ = tracing.begin("poll", poll.traceParent()).of(poll.task(), poll.team())) {
            Optional<Permit> permit = permits.get();
            if (permit.isPresent()) {
                PollAnswer answer = vendor.poll(poll.upstreamTaskId(), permit.get());
                answered.run();
                store(poll, answer);
            } else {
                // Nothing was asked and nothing is known: due again at once.
                store(
                        "that task %s was not polled".formatted(poll.task()),
                        () -> polls.notPolled(poll));
            }
        } finally {
            onDemandPolls.answered(poll.task());
        }
    }

    private void store(DuePoll poll, PollAnswer answer) {
        boolean stored =
                switch (answer) {
                    case PollAnswer.Running _ -> unfinished.store(poll);
                    case PollAnswer.Succeeded succeeded ->
                            completions.store(new Completion(poll, succeeded));
                    default -> false;
                };
        if (!stored) {
            store("a poll of task %s".formatted(poll.task()), () -> polls.record(poll, answer));
        } else if (answer instanceof PollAnswer.Succeeded) {
            log.info("task {} is {}", poll.task(), Phase.SUCCEEDED);
        }
    }

    private void record(SubmitAttempt attempt, SubmitAnswer answer) {
        try {
            submits.record(attempt, answer);
        } catch (DataIntegrityViolationException e) {
            // Another task was given the same id at this very moment; by now it is seen to be
            // known.
            submits.record(attempt, answer);
        }
    }

    /**
     * The outcome for the log, written before it is stored: until then, this line is all that ties
     * the paid clip to its task.
     */
    private static String outcome(SubmitAnswer answer) {
        return answer instanceof SubmitAnswer.Accepted accepted
                ? "taken as " + accepted.upstreamTaskId()
                : answer.getClass().getSimpleName();
    }

    /**
     * An answer is worth money: it is kept and stored again until the database takes it, for as
     * long as that may be; the threads of calls bound how many are kept. Only what the answer
     * itself is the cause of, and fails again and again, is left to the lease: the task becomes
     * UNCERTAIN.
     */
    private static void store(String what, Runnable recording) {
        int refusals = 0;
        boolean told = false;
        for (int tries = 1; ; tries++) {
            try {
                recording.run();
                if (told) {
                    log.info("stored at last: {}", what);
                }
                return;
            } catch (RuntimeException e) {
                refusals += mayPass(e) ? 0 : 1;
                if (refusals == MOST_REFUSALS) {
                    log.error("can't be stored, and is given up: {}", what, e);
                    throw e;
                }
                if (!told) {
                    told = true;
                    log.warn("can't be stored yet, tried until it is: {}: {}", what, e.toString());
                }
            }
            try {
                Thread.sleep(STORING.after(tries));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                log.error("not stored, this gateway ends: {}", what);
                return;
            }
        }
    }

    /**
     * Whether storing it can succeed without another answer: the database comes back, or an
     * operator mends its tables and rights.
     */
    private static boolean mayPass(RuntimeException e) {
        DatabaseFault fault = DatabaseFault.of(e);
        return fault == DatabaseFault.AWAY
                || (fault == DatabaseFault.DEFECT && !DatabaseFault.state(e).isEmpty());
    }
}
