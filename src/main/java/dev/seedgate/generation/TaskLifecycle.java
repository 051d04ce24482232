package dev.seedgate.generation;

import dev.seedgate.audit.AuditLog;
import dev.seedgate.audit.Change;
import dev.seedgate.credit.Ledger;
import dev.seedgate.shared.Actor;
import dev.seedgate.shared.ApiException;
import dev.seedgate.shared.Backoff;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.AuthenticatedTeam;
import dev.seedgate.telemetry.AfterCommit;
import dev.seedgate.telemetry.TaskScope;
import dev.seedgate.telemetry.TaskTracing;
import dev.seedgate.upstream.PollAnswer;
import dev.seedgate.upstream.SubmitAnswer;
import dev.seedgate.upstream.Vendor;
import dev.seedgate.work.AttemptCounts;
import dev.seedgate.work.DuePoll;
import dev.seedgate.work.WorkQueue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What becomes of a task after it was queued. Each verb is one transaction in which the task, its
 * credits and its due work move together; each is guarded by the state it starts from, so whatever
 * comes twice, late or from two replicas moves them once.
 */
@Service
public class TaskLifecycle {

    private static final Logger log = LoggerFactory.getLogger(TaskLifecycle.class);
    // Half a minute at most: a vendor that is back must not wait long for its work.
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final TaskRepository tasks;
    private final TaskEvents events;
    private final VendorJobs jobs;
    private final Ledger ledger;
    private final AuditLog audit;
    private final WorkQueue work;
    private final GenerationSettings settings;
    private final PollSchedule pace;
    private final TaskMetrics meters;
    private final TaskTracing steps;

    TaskLifecycle(
            TaskRepository tasks,
            TaskEvents events,
            VendorJobs jobs,
            Ledger ledger,
            AuditLog audit,
            WorkQueue work,
            GenerationSettings settings,
            PollSchedule pace,
            TaskMetrics meters,
            TaskTracing steps) {
        this.tasks = tasks;
        this.events = events;
        this.jobs = jobs;
        this.ledger = ledger;
        this.audit = audit;
        this.work = work;
        this.settings = settings;
        this.pace = pace;
        this.meters = meters;
        this.steps = steps;
    }

    /**
     * Commits that the task is about to be sent. Empty when it no longer waits.
     *
     * @param lease after it, whoever was sending must be dead
     * @param ticket unlike any other: tells this start from another one
     */
    @Transactional
    public Optional<SubmitAttempt> beginSubmit(TaskId id, Duration lease, String ticket) {
        Task task = lock(id);
        if (task.phase() != Phase.QUEUED) {
            return Optional.empty();
        }
        task.submitting();
        work.sending(id, lease);
        events.begun(task, ticket(ticket));
        log(task);
        return Optional.of(new SubmitAttempt(id, task.attempt(), task.clip()));
    }

    /**
     * Whoever holds this ticket never learned that the start was committed, and sent nothing. If it
     * was, the task goes back to the queue.
     */
    @Transactional
    public void notBegun(TaskId id, String ticket) {
        Task task = lock(id);
        if (events.hasEvidence(task, Phase.SUBMITTING, ticket(ticket))) {
            requeue(
                    task,
                    TimelineNote.DATABASE_LATE,
                    "not sent: the answer to the commit of the attempt was lost",
                    true);
        }
    }

    private static String ticket(String ticket) {
        return "begun as " + ticket;
    }

    /**
     * Records what a submit brought. After the lease, when the task is UNCERTAIN already, only an
     * id moves it; any other late answer is kept as evidence. An id that moves nothing is kept as a
     * job that the vendor may bill.
     *
     * @throws DataIntegrityViolationException when another task got the same id at this very
     *     moment: call again
     */
    @Transactional
    public void record(SubmitAttempt submission, SubmitAnswer answer) {
        Task task = lock(submission.task());
        if (task.attempt() != submission.attempt()) {
            String evidence =
                    "answer to attempt " + submission.attempt() + ": " + answer.evidence();
            if (answer instanceof SubmitAnswer.Accepted accepted) {
                jobs.another(task, submission.attempt(), accepted.upstreamTaskId());
                contradicted(task, evidence);
            } else {
                events.add(task, null, evidence);
            }
            return;
        }
        switch (answer) {
            case SubmitAnswer.Accepted accepted -> accepted(task, accepted);
            case SubmitAnswer.AccountStopped stopped -> stopped(task, stopped);
            case SubmitAnswer.Throttled throttled ->
                    requeue(task, TimelineNote.SERVICE_BUSY, throttled.evidence(), false);
            case SubmitAnswer.NotSent notSent ->
                    requeue(
                            task,
                            notSent.called()
                                    ? TimelineNote.SERVICE_UNREACHED
                                    : TimelineNote.GATEWAY_HELD,
                            notSent.evidence(),
                            true);
            case SubmitAnswer.Retryable retryable -> retry(task, retryable);
            case SubmitAnswer.Refused refused -> refused(task, refused);
            case SubmitAnswer.Uncertain uncertain -> uncertain(task, uncertain.evidence());
        }
    }

    /** Records what a poll brought. Only a proven end ends a task. */
    @Transactional
    public void record(DuePoll poll, PollAnswer answer) {
        switch (answer) {
            case PollAnswer.Running running -> goesOn(poll, running, TimelineNote.RENDERS_LONG);
            case PollAnswer.Denied denied -> goesOn(poll, denied, TimelineNote.SERVICE_DENIES);
            // Silence expires nothing, however long: the vendor may just be away.
            case PollAnswer.Unanswered silence -> goesOn(poll, silence, null);
            case PollAnswer.Succeeded succeeded -> succeeded(poll, succeeded);
            case PollAnswer.Failed failed -> failed(poll, failed);
        }
    }

    /** A claimed poll was not made: it is due again. */
    @Transactional
    public void notPolled(DuePoll poll) {
        work.pollAgain(poll.task(), Duration.ZERO, false);
    }

    /**
     * Claims tasks that have waited longer to be submitted than a task may: nobody else looks after
     * them until the lease is over.
     */
    public List<TaskId> claimOverdueInQueue(int limit, Duration lease) {
        return work.claimOverdue(settings.queueMaxWait(), limit, lease);
    }

    /** Whoever was sending this task is dead by now: perhaps it was sent. */
    @Transactional
    public void abandoned(TaskId id) {
        Task task = lock(id);
        if (task.phase() == Phase.SUBMITTING) {
            uncertain(task, "the lease of the attempt ran out without an answer being recorded");
        }
    }

    /** The task has waited too long to be submitted. */
    @Transactional
    public void waitedTooLong(TaskId id) {
        Task task = lock(id);
        if (task.phase() == Phase.QUEUED) {
            fail(
                    task,
                    "The clip could not be submitted in time. Nothing was charged; try again.",
                    null,
                    null);
        }
    }

    /**
     * Nobody ever learned what became of the task: the charge goes back, the loss is the company's.
     */
    @Transactional
    public void gaveUp(TaskId id) {
        Task task = lock(id);
        if (task.phase() == Phase.UNCERTAIN || task.phase() == Phase.EXPIRED) {
            refund(task, "the refund timer", Actor.GATEWAY);
        }
    }

    /** A real vendor takes the sandbox's place: the charge of what was open there goes back. */
    @Transactional
    public void leftTheSandbox(TaskId id) {
        Task task = lock(id);
        if (!task.phase().terminal() && task.upstream().equals(Vendor.SANDBOX)) {
            fail(task, "Cancelled with the end of the sandbox. Nothing was charged.", null, null);
        }
    }

    /** A team no longer wants its clip: {@code TASK_NOT_FOUND} for another team's. */
    @Transactional
    public void cancel(TaskId id, AuthenticatedTeam caller) {
        Task task =
                tasks.lock(id.value())
                        .filter(it -> it.teamId() == caller.teamId())
                        .orElseThrow(TaskQueries::unknown);
        cancel(task, caller.actor());
    }

    /**
     * An admin cancels a clip that still waits; the charge goes back. {@code TASK_NOT_CANCELLABLE}
     * once its submit began: the vendor knows no cancelling.
     */
    @Transactional
    public void cancel(TaskId id, Actor actor) {
        Task task = lockKnown(id);
        cancel(task, actor);
        write("task.cancel", task, Phase.QUEUED, null, actor);
    }

    private void cancel(Task task, Actor actor) {
        if (task.phase() != Phase.QUEUED) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_CANCELLABLE,
                    "The task is " + task.phase() + "; only QUEUED ones can be cancelled.");
        }
        fail(task, "Cancelled before it was submitted. Nothing was charged.", null, null, actor);
    }

    /**
     * An operator gives the charge of an UNCERTAIN or EXPIRED task back. Refused with {@code
     * TASK_NOT_RESOLVABLE} for another, and while whoever sent it may still bring an answer.
     */
    @Transactional
    public void refund(TaskId id, @Nullable String reason, Actor actor) {
        Task task = lockToResolve(id);
        if (!work.leaseOverFor(id, settings.resolveGrace())) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_RESOLVABLE,
                    "An answer to this task's submit may still come; try again in some minutes.",
                    settings.resolveGrace());
        }
        Phase before = task.phase();
        refund(task, reason == null ? "resolved by an admin" : reason, actor);
        write("task.refund", task, before, reason, actor);
    }

    /** An operator found the task at the vendor: it is polled from now on. */
    @Transactional
    public void attach(TaskId id, String upstreamTaskId, @Nullable String reason, Actor actor) {
        Task task = lockToResolve(id);
        if (jobs.taskOf(task.upstream(), upstreamTaskId)
                .filter(it -> !task.isTask(it))
                .isPresent()) {
            throw new ApiException(
                    ErrorCode.UPSTREAM_ID_TAKEN, "Another task has this upstream_task_id.");
        }
        Phase before = task.phase();
        task.attached(upstreamTaskId, tasks.now());
        ledger.relaunch(task.teamId());
        work.rendering(id, Duration.ZERO);
        moved(task, TimelineNote.FOUND, actor + " attached " + upstreamTaskId + ": " + reason);
        write("task.attach", task, before, reason, actor);
    }

    private void write(
            String action, Task task, Phase before, @Nullable String reason, Actor actor) {
        Map<String, String> after = new LinkedHashMap<>();
        after.put("phase", task.phase().name());
        if (task.upstreamTaskId() != null) {
            after.put("upstream_task_id", task.upstreamTaskId());
        }
        audit.record(
                new Change(
                        action,
                        "task:" + task.id().value(),
                        Map.of("phase", before.name()),
                        after,
                        reason),
                actor);
    }

    private Task lockToResolve(TaskId id) {
        Task task = lockKnown(id);
        checkResolvable(task);
        return task;
    }

    /** {@code TASK_NOT_RESOLVABLE} for a task whose outcome is known or will be. */
    static void checkResolvable(Task task) {
        if (task.phase() != Phase.UNCERTAIN && task.phase() != Phase.EXPIRED) {
            throw new ApiException(
                    ErrorCode.TASK_NOT_RESOLVABLE,
                    "The task is "
                            + task.phase()
                            + "; only UNCERTAIN and EXPIRED ones can be resolved.");
        }
    }

    private Task lockKnown(TaskId id) {
        return tasks.lock(id.value())
                .orElseThrow(() ->
                        new ApiException(ErrorCode.TASK_NOT_FOUND, "There is no task " + id + "."));
    }

    private void refund(Task task, String reason, Actor actor) {
        meters.possiblyCharged(TaskMetrics.Reason.REFUNDED);
        String id = task.id().value();
        task.givenUp(
                "The video service never told what became of this clip. Nothing was charged.",
                tasks.now());
        try (TaskScope _ = steps.begin("release", task.trace()).of(task.id())) {
            ledger.release(id, false, reason, actor);
            ledger.bookPossibleLoss(id, reason, actor);
        }
        atRest(task, TimelineNote.GIVEN_UP.text(), actor + ": " + reason);
    }

    private void accepted(Task task, SubmitAnswer.Accepted answer) {
        String id = answer.upstreamTaskId();
        Optional<String> owner = jobs.taskOf(task.upstream(), id);
        boolean another = owner.filter(it -> !task.isTask(it)).isPresent();
        boolean late = task.phase() != Phase.SUBMITTING;
        if (late && task.phase() != Phase.UNCERTAIN) {
            // A job of its own is stored already: only the answer to that commit was lost.
            if (another || owner.isEmpty()) {
                tooLate(task, another ? null : id, answer);
            }
        } else if (another) {
            uncertainUnlessSo(task, "the id belongs to another task: " + answer.evidence());
        } else {
            task.accepted(id, tasks.now());
            if (late) {
                ledger.relaunch(task.teamId());
            }
            work.rendering(task.id(), pace.pollFirstAfter());
            moved(task, null, answer.evidence());
            meters.accepted(task.waited());
        }
    }

    /**
     * An id that comes too late to move the task; {@code newId} is it unless another task has it.
     */
    private void tooLate(Task task, @Nullable String newId, SubmitAnswer.Accepted answer) {
        if (newId != null && task.phase().terminal() && task.upstreamTaskId() == null) {
            task.foundTooLate(newId);
        } else if (newId != null) {
            jobs.another(task, task.attempt(), newId);
        }
        contradicted(task, "a late id " + answer.upstreamTaskId() + ": " + answer.evidence());
    }

    /** One request must not stop the company: what alone keeps drawing this fails. */
    private void stopped(Task task, SubmitAnswer.AccountStopped answer) {
        boolean alone =
                answer.perhapsThisRequest()
                        && task.phase() == Phase.SUBMITTING
                        && work.stoppedAccount(task.id()) >= settings.stopsUntilFailed();
        if (alone) {
            fail(
                    task,
                    "The video service does not take this clip. Nothing was charged.",
                    null,
                    answer.evidence());
        } else {
            requeue(task, TimelineNote.SERVICE_CLOSED, answer.evidence(), false);
        }
    }

    private void requeue(Task task, TimelineNote note, String evidence, boolean failed) {
        if (task.phase() != Phase.SUBMITTING) {
            events.add(task, null, evidence);
            return;
        }
        task.requeued();
        Duration delay =
                failed ? BACKOFF.after(work.tries(task.id()).failures() + 1) : Duration.ZERO;
        work.requeue(task.id(), delay, failed);
        moved(task, note, evidence);
    }

    private void retry(Task task, SubmitAnswer.Retryable answer) {
        if (task.phase() != Phase.SUBMITTING) {
            events.add(task, null, answer.evidence());
            return;
        }
        AttemptCounts tries = work.tries(task.id());
        if (tries.retries() < settings.resubmits()) {
            task.requeued();
            work.retry(task.id(), BACKOFF.after(tries.retries() + 1));
            moved(task, TimelineNote.SERVICE_FAILED, answer.evidence());
        } else {
            // Each 500 may have been charged there; the team pays for none of them.
            meters.possiblyCharged(TaskMetrics.Reason.ERRORS);
            fail(
                    task,
                    "The video service failed repeatedly. Nothing was charged; try again later.",
                    null,
                    answer.evidence());
        }
    }

    private void refused(Task task, SubmitAnswer.Refused answer) {
        if (task.phase() == Phase.SUBMITTING) {
            fail(task, task.withoutOrder(answer.message()), null, answer.evidence());
        } else {
            events.add(task, null, answer.evidence());
        }
    }

    private void uncertainUnlessSo(Task task, String evidence) {
        if (task.phase() == Phase.UNCERTAIN) {
            events.add(task, null, evidence);
        } else {
            uncertain(task, evidence);
        }
    }

    private void uncertain(Task task, String evidence) {
        if (task.phase() != Phase.SUBMITTING) {
            events.add(task, null, evidence);
            return;
        }
        task.uncertain();
        ledger.land(task.teamId());
        work.refundIn(task.id(), refundAfter());
        meters.uncertain();
        log.warn("task {} is UNCERTAIN: {}", task.id(), evidence);
        events.add(task, TimelineNote.UNKNOWN.text(), evidence);
    }

    /**
     * It has not ended; {@code expiry} tells the team why a task too old expires, null = it
     * doesn't.
     */
    private void goesOn(DuePoll poll, PollAnswer answer, @Nullable TimelineNote expiry) {
        boolean heardOf = answer instanceof PollAnswer.Running;
        Duration late = poll.age().minus(settings.taskMaxAge());
        @Nullable Task task = late.isPositive() ? lock(poll.task()) : null;
        if (task != null && outdated(poll, task)) {
            return;
        }
        if (task != null && task.phase() == Phase.RENDERING && expiry != null) {
            task.expired();
            ledger.land(task.teamId());
            meters.expired();
            moved(task, expiry, answer.evidence());
        }
        if (task == null || task.phase() == Phase.RENDERING) {
            work.pollAgain(poll.task(), pace.next(poll.age()), heardOf);
        } else if (late.compareTo(settings.expiredPollFor()) <= 0) {
            work.pollAgain(poll.task(), pace.pollExpiredInterval(), heardOf);
        } else if (task.phase() == Phase.EXPIRED) {
            work.refundIn(poll.task(), refundAfter());
        }
    }

    private void succeeded(DuePoll poll, PollAnswer.Succeeded answer) {
        Task task = lock(poll.task());
        if (outdated(poll, task)) {
            earlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            contradictedUnless(Phase.SUCCEEDED, task, poll, answer.credits(), answer.evidence());
        } else if (!answer.urls().isEmpty()) {
            boolean landed = task.phase().inFlight();
            task.succeeded(answer.urls(), answer.credits(), tasks.now());
            try (TaskScope _ = steps.begin("settle", task.trace()).of(task.id())) {
                ledger.settle(task.id().value(), landed, Actor.GATEWAY);
            }
            atRest(task, null, answer.evidence());
        } else if (work.clipless(task.id(), pace.next(poll.age())) >= settings.cliplessPolls()) {
            log.error(
                    "task {} is SUCCESS at the vendor without a clip: {}",
                    task.id(),
                    answer.evidence());
            fail(
                    task,
                    "The video service delivered no clip. Nothing was charged.",
                    answer.credits(),
                    answer.evidence());
        }
    }

    private void failed(DuePoll poll, PollAnswer.Failed answer) {
        Task task = lock(poll.task());
        if (outdated(poll, task)) {
            earlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            contradictedUnless(Phase.FAILED, task, poll, answer.credits(), answer.evidence());
        } else {
            // The team knows the task by our id only.
            String message = answer.message().replace(poll.upstreamTaskId(), task.id().value());
            fail(task, task.withoutOrder(message), answer.credits(), answer.evidence());
        }
    }

    private void fail(
            Task task, String message, @Nullable Long upstreamCredits, @Nullable String evidence) {
        fail(task, message, upstreamCredits, evidence, Actor.GATEWAY);
    }

    private void fail(
            Task task,
            String message,
            @Nullable Long upstreamCredits,
            @Nullable String evidence,
            Actor actor) {
        boolean landed = task.phase().inFlight();
        task.failed(message, upstreamCredits, tasks.now());
        try (TaskScope _ = steps.begin("release", task.trace()).of(task.id())) {
            ledger.release(task.id().value(), landed, message, actor);
        }
        atRest(task, message, evidence);
    }

    private void atRest(Task task, @Nullable String note, @Nullable String evidence) {
        work.done(task.id());
        meters.ended(task.phase(), task.rendered());
        events.add(task, note, evidence);
        log(task);
    }

    private void moved(Task task, @Nullable TimelineNote note, @Nullable String evidence) {
        events.add(task, note == null ? null : note.text(), evidence);
        log(task);
    }

    private static void log(Task task) {
        TaskId id = task.id();
        Phase phase = task.phase();
        AfterCommit.run(() -> {
            try (TaskScope _ = TaskTracing.told(id)) {
                log.info("task {} is {}", id, phase);
            }
        });
    }

    /** The first terminal state has won; what contradicts it is written down and moves no money. */
    private void contradicted(Task task, String evidence) {
        log.warn("task {} is {} and stays so, against: {}", task.id(), task.phase(), evidence);
        meters.contradicted();
        events.add(task, null, evidence);
    }

    /** The same end once more: the answer to the commit that stored it was lost. */
    private void contradictedUnless(
            Phase same, Task task, DuePoll poll, @Nullable Long credits, String evidence) {
        jobs.told(task, poll.upstreamTaskId(), credits);
        if (task.phase() != same) {
            contradicted(task, evidence);
        }
    }

    /** Whether the task renders under another id by now: an operator attached it meanwhile. */
    private static boolean outdated(DuePoll poll, Task task) {
        return !poll.upstreamTaskId().equals(task.upstreamTaskId());
    }

    /** What became of a job that the task no longer goes by: says what it cost, moves nothing. */
    private void earlierJob(Task task, DuePoll poll, @Nullable Long credits, String evidence) {
        jobs.told(task, poll.upstreamTaskId(), credits);
        events.add(task, null, "of the earlier id " + poll.upstreamTaskId() + ": " + evidence);
    }

    private Duration refundAfter() {
        // 0 = never; a century is never.
        return settings.uncertainRefundAfter().isZero()
                ? Duration.ofDays(36_500)
                : settings.uncertainRefundAfter();
    }

    private Task lock(TaskId id) {
        return tasks.lock(id.value()).orElseThrow(() -> new IllegalStateException("no task " + id));
    }
}
