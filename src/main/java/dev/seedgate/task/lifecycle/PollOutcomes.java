package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.PollAnswer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The outcomes of polls: what the vendor's answer makes of a task. Only a proven end ends it. Each
 * verb is one transaction, guarded by the state it starts from.
 */
@Service
public class PollOutcomes {

    private static final Logger log = LoggerFactory.getLogger(PollOutcomes.class);

    // Far longer than any commit that holds an account, far shorter than all others may be held up.
    private static final Duration LOCK_WAIT_OF_A_GROUP = Duration.ofMillis(200);

    private final TaskTransitions transitions;
    private final RenderResults results;
    private final TaskEvents events;
    private final VendorJobs jobs;
    private final WorkQueue work;
    private final GenerationSettings settings;
    private final PollSchedule pollSchedule;
    private final TaskMetrics metrics;

    PollOutcomes(
            TaskTransitions transitions,
            RenderResults results,
            TaskEvents events,
            VendorJobs jobs,
            WorkQueue work,
            GenerationSettings settings,
            PollSchedule pollSchedule,
            TaskMetrics metrics) {
        this.transitions = transitions;
        this.results = results;
        this.events = events;
        this.jobs = jobs;
        this.work = work;
        this.settings = settings;
        this.pollSchedule = pollSchedule;
        this.metrics = metrics;
    }

    /** Records what a poll brought. Only a proven end ends a task. */
    @Transactional
    public void record(DuePoll poll, PollAnswer answer) {
        switch (answer) {
            case PollAnswer.Running running ->
                    stillRunning(poll, running, TimelineNote.RENDERS_LONG);
            case PollAnswer.UnknownTask unknown ->
                    stillRunning(poll, unknown, TimelineNote.SERVICE_DENIES);
            // Silence expires nothing, however long: the vendor may just be away.
            case PollAnswer.Unanswered silence -> stillRunning(poll, silence, null);
            case PollAnswer.Succeeded succeeded -> succeeded(poll, succeeded);
            case PollAnswer.Failed failed -> failed(poll, failed);
        }
    }

    /**
     * Records that these have succeeded, of each whose task renders as that job; the others are to
     * be recorded one by one, for a closer look. All of them or, if an account is locked for long,
     * none.
     *
     * @return those that are recorded
     */
    @Transactional
    public Set<Completion> recordSucceeded(List<Completion> completions) {
        results.limitLockWaits(LOCK_WAIT_OF_A_GROUP);
        return TaskTransitions.recordFirstOfEachTask(
                withClip(completions), it -> it.poll().task(), transitions::succeedIfRendering);
    }

    private static List<Completion> withClip(List<Completion> completions) {
        return completions.stream().filter(it -> !it.answer().urls().isEmpty()).toList();
    }

    /**
     * Keeps polling these, which the vendor said are not ready; those that are too old are to be
     * recorded one by one. It waits for no lock.
     *
     * @return those that are recorded
     */
    @Transactional
    public Set<DuePoll> recordRunning(List<DuePoll> polls) {
        List<DuePoll> young =
                polls.stream()
                        .filter(it -> it.age().compareTo(settings.taskMaxAge()) <= 0)
                        .toList();
        return TaskTransitions.recordFirstOfEachTask(young, DuePoll::task, this::pollAgain);
    }

    private Set<TaskId> pollAgain(Collection<DuePoll> polls) {
        return work.pollAgain(
                polls.stream()
                        .collect(
                                Collectors.toMap(
                                        DuePoll::task, it -> pollSchedule.next(it.age()))));
    }

    /** A claimed poll was not made: it is due again. */
    @Transactional
    public void notPolled(DuePoll poll) {
        work.pollAgain(poll.task(), Duration.ZERO, false);
    }

    /**
     * Keeps polling a task that has not ended.
     *
     * @param expiry the note for the team when a task too old expires now; null = this answer
     *     expires none
     */
    private void stillRunning(DuePoll poll, PollAnswer answer, @Nullable TimelineNote expiry) {
        boolean answered = answer instanceof PollAnswer.Running;
        Duration late = poll.age().minus(settings.taskMaxAge());
        @Nullable Task task = late.isPositive() ? transitions.lock(poll.task()) : null;
        if (task != null && isOfEarlierId(poll, task)) {
            return;
        }
        if (task != null && task.phase() == Phase.RENDERING && expiry != null) {
            transitions.move(task, task::expired);
            metrics.expired();
            transitions.record(task, expiry, answer.evidence());
        }
        if (task == null || task.phase() == Phase.RENDERING) {
            work.pollAgain(poll.task(), pollSchedule.next(poll.age()), answered);
        } else if (late.compareTo(settings.expiredPollFor()) <= 0) {
            work.pollAgain(poll.task(), pollSchedule.pollExpiredInterval(), answered);
        } else if (task.phase() == Phase.EXPIRED) {
            work.scheduleRefund(poll.task(), transitions.refundAfter());
        }
    }

    private void succeeded(DuePoll poll, PollAnswer.Succeeded answer) {
        List<Completion> alone = withClip(List.of(new Completion(poll, answer)));
        if (!transitions.succeedIfRendering(alone).isEmpty()) {
            transitions.log(poll.task(), Phase.SUCCEEDED);
            return;
        }
        Task task = transitions.lock(poll.task());
        if (isOfEarlierId(poll, task)) {
            recordEarlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            recordContradictionUnless(
                    Phase.SUCCEEDED, task, poll, answer.credits(), answer.evidence());
        } else if (!answer.urls().isEmpty()) {
            transitions.succeed(task, answer);
        } else if (work.countSuccessWithoutUrl(task.id(), pollSchedule.next(poll.age()))
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
        if (isOfEarlierId(poll, task)) {
            recordEarlierJob(task, poll, answer.credits(), answer.evidence());
        } else if (task.phase().terminal()) {
            recordContradictionUnless(
                    Phase.FAILED, task, poll, answer.credits(), answer.evidence());
        } else {
            // The team knows the task by our id only.
            String message = answer.message().replace(poll.upstreamTaskId(), task.id().value());
            transitions.fail(task, task.redact(message), answer.credits(), answer.evidence());
        }
    }

    /**
     * The same end once more is no contradiction: the answer to the commit that stored it was lost.
     */
    private void recordContradictionUnless(
            Phase same, Task task, DuePoll poll, @Nullable Long credits, String evidence) {
        jobs.recordCredits(task, poll.upstreamTaskId(), credits);
        if (task.phase() != same) {
            transitions.recordContradiction(task, evidence);
        }
    }

    /** Whether the task renders under another id by now: an operator attached it meanwhile. */
    private static boolean isOfEarlierId(DuePoll poll, Task task) {
        return !poll.upstreamTaskId().equals(task.upstreamTaskId());
    }

    /** Records the end of a job under an id that the task no longer has: its cost, and no move. */
    private void recordEarlierJob(
            Task task, DuePoll poll, @Nullable Long credits, String evidence) {
        jobs.recordCredits(task, poll.upstreamTaskId(), credits);
        events.add(task, null, "of the earlier id " + poll.upstreamTaskId() + ": " + evidence);
    }
}
