package dev.seedgate.task.lifecycle;

import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.PollAnswer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What becomes of a task that is polled. Only a proven end ends a task. Each verb is one
 * transaction, guarded by the state it starts from.
 */
@Service
public class PollOutcomes {

    private static final Logger log = LoggerFactory.getLogger(PollOutcomes.class);

    private final TaskTransitions transitions;
    private final TaskEvents events;
    private final VendorJobs jobs;
    private final WorkQueue work;
    private final GenerationSettings settings;
    private final PollSchedule pace;
    private final TaskMetrics metrics;

    PollOutcomes(
            TaskTransitions transitions,
            TaskEvents events,
            VendorJobs jobs,
            WorkQueue work,
            GenerationSettings settings,
            PollSchedule pace,
            TaskMetrics metrics) {
        this.transitions = transitions;
        this.events = events;
        this.jobs = jobs;
        this.work = work;
        this.settings = settings;
        this.pace = pace;
        this.metrics = metrics;
    }

    /** Records what a poll brought. Only a proven end ends a task. */
    @Transactional
    public void record(DuePoll poll, PollAnswer answer) {
        switch (answer) {
            case PollAnswer.Running running ->
                    stillRunning(poll, running, TimelineNote.RENDERS_LONG);
            case PollAnswer.Denied denied ->
                    stillRunning(poll, denied, TimelineNote.SERVICE_DENIES);
            // Silence expires nothing, however long: the vendor may just be away.
            case PollAnswer.Unanswered silence -> stillRunning(poll, silence, null);
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
     * It has not ended; {@code expiry} tells the team why a task too old expires, null = it
     * doesn't.
     */
    private void stillRunning(DuePoll poll, PollAnswer answer, @Nullable TimelineNote expiry) {
        boolean heardOf = answer instanceof PollAnswer.Running;
        Duration late = poll.age().minus(settings.taskMaxAge());
        @Nullable Task task = late.isPositive() ? transitions.lock(poll.task()) : null;
        if (task != null && outdated(poll, task)) {
            return;
        }
        if (task != null && task.phase() == Phase.RENDERING && expiry != null) {
            transitions.move(task, task::expired);
            metrics.expired();
            transitions.record(task, expiry, answer.evidence());
        }
        if (task == null || task.phase() == Phase.RENDERING) {
            work.pollAgain(poll.task(), pace.next(poll.age()), heardOf);
        } else if (late.compareTo(settings.expiredPollFor()) <= 0) {
            work.pollAgain(poll.task(), pace.pollExpiredInterval(), heardOf);
        } else if (task.phase() == Phase.EXPIRED) {
            work.refundIn(poll.task(), transitions.refundAfter());
        }
    }

    private void succeeded(DuePoll poll, PollAnswer.Succeeded answer) {
        Task task = transitions.lock(poll.task());
        if (outdated(poll, task)) {
            earlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            contradictedUnless(Phase.SUCCEEDED, task, poll, answer.credits(), answer.evidence());
        } else if (!answer.urls().isEmpty()) {
            transitions.succeed(task, answer);
        } else if (work.clipless(task.id(), pace.next(poll.age()))
                >= settings.pollsWithoutUrlUntilFailed()) {
            log.error(
                    "task {} is SUCCESS at the vendor without a clip: {}",
                    task.id(),
                    answer.evidence());
            transitions.fail(
                    task,
                    "The video service delivered no clip. Nothing was charged.",
                    answer.credits(),
                    answer.evidence());
        }
    }

    private void failed(DuePoll poll, PollAnswer.Failed answer) {
        Task task = transitions.lock(poll.task());
        if (outdated(poll, task)) {
            earlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            contradictedUnless(Phase.FAILED, task, poll, answer.credits(), answer.evidence());
        } else {
            // The team knows the task by our id only.
            String message = answer.message().replace(poll.upstreamTaskId(), task.id().value());
            transitions.fail(task, task.withoutOrder(message), answer.credits(), answer.evidence());
        }
    }

    /** The same end once more: the answer to the commit that stored it was lost. */
    private void contradictedUnless(
            Phase same, Task task, DuePoll poll, @Nullable Long credits, String evidence) {
        jobs.told(task, poll.upstreamTaskId(), credits);
        if (task.phase() != same) {
            transitions.recordContradiction(task, evidence);
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
}
