package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.Backoff;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.AttemptCounts;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.UpstreamSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The outcomes of submits: the start of an attempt, and what the vendor's answer makes of the task.
 * Each verb is one transaction in which the task, its credits and its due work move together; each
 * is guarded by the state it starts from, so whatever comes twice, late or from two replicas moves
 * them once.
 */
@Service
public class SubmitOutcomes {

    // Half a minute at most: a vendor that is back must not wait long for its work.
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final TaskTransitions transitions;
    private final SubmitAttempts attempts;
    private final TaskEvents events;
    private final VendorJobs jobs;
    private final WorkQueue work;
    private final GenerationSettings settings;
    private final UpstreamSettings upstream;
    private final PollSchedule pollSchedule;
    private final TaskMetrics metrics;

    SubmitOutcomes(
            TaskTransitions transitions,
            SubmitAttempts attempts,
            TaskEvents events,
            VendorJobs jobs,
            WorkQueue work,
            GenerationSettings settings,
            UpstreamSettings upstream,
            PollSchedule pollSchedule,
            TaskMetrics metrics) {
        this.transitions = transitions;
        this.attempts = attempts;
        this.events = events;
        this.jobs = jobs;
        this.work = work;
        this.settings = settings;
        this.upstream = upstream;
        this.pollSchedule = pollSchedule;
        this.metrics = metrics;
    }

    /**
     * Commits that tasks whose turn it is are about to be sent, by the fair share of their teams.
     *
     * @param limit at most so many, rounded down to a power of two
     * @param lease after it, the sender must be dead
     * @param token unlike that of any other begin
     */
    @Transactional
    public List<SubmitAttempt> beginAttempts(int limit, Duration lease, String token) {
        return tellOfBegun(attempts.begin(limit, lease, token));
    }

    /** The same for tasks of these teams alone. */
    @Transactional
    public List<SubmitAttempt> beginAttempts(
            List<Long> teams, int limit, Duration lease, String token) {
        return tellOfBegun(attempts.begin(teams, limit, lease, token));
    }

    /** The same for the one task that tries whether the account works again. */
    @Transactional
    public List<SubmitAttempt> beginProbe(Duration lease, String token) {
        return tellOfBegun(attempts.beginProbe(lease, token));
    }

    private List<SubmitAttempt> tellOfBegun(List<SubmitAttempt> begun) {
        begun.forEach(it -> transitions.tell(it.task(), Phase.SUBMITTING));
        return begun;
    }

    /**
     * Takes attempts back whose maker never learned whether their begin was committed, and sent
     * nothing. If it was, the tasks go back to the queue.
     */
    @Transactional
    public void rollBackAttempts(String token) {
        for (TaskId id : attempts.perhapsBegunAs(token)) {
            Task task = transitions.lock(id);
            if (events.hasBegun(task, token)) {
                requeue(
                        task,
                        TimelineNote.DATABASE_LATE,
                        "not sent: the answer to the commit of the attempt was lost",
                        true);
            }
        }
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
    public void record(SubmitAttempt attempt, SubmitAnswer answer) {
        if (answer instanceof SubmitAnswer.Accepted accepted
                && !recordAccepted(List.of(new Acceptance(attempt, accepted))).isEmpty()) {
            transitions.log(attempt.task(), Phase.RENDERING);
            return;
        }
        Task task = transitions.lock(attempt.task());
        if (task.attempt() != attempt.number()) {
            String evidence = "answer to attempt " + attempt.number() + ": " + answer.evidence();
            if (answer instanceof SubmitAnswer.Accepted accepted) {
                jobs.addSecond(task, attempt.number(), accepted.upstreamTaskId());
                transitions.recordContradiction(task, evidence);
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
            case SubmitAnswer.Uncertain uncertain ->
                    transitions.markUncertain(task, uncertain.evidence());
        }
    }

    /**
     * Records that the vendor took these, of each whose task waits for just this answer; the others
     * are to be recorded one by one, for a closer look. It waits for no lock.
     *
     * @return those that are recorded
     */
    @Transactional
    public Set<Acceptance> recordAccepted(List<Acceptance> acceptances) {
        return TaskTransitions.recordFirstOfEachTask(
                acceptances, it -> it.attempt().task(), this::accept);
    }

    private Set<TaskId> accept(Collection<Acceptance> acceptances) {
        Map<TaskId, Duration> waited = attempts.accept(acceptances, pollSchedule.pollFirstAfter());
        waited.forEach((task, time) -> {
            transitions.tell(task, Phase.RENDERING);
            metrics.accepted(time);
        });
        return waited.keySet();
    }

    private void accepted(Task task, SubmitAnswer.Accepted answer) {
        String id = answer.upstreamTaskId();
        Optional<String> owner = jobs.taskOf(task.upstream(), id);
        boolean another = owner.filter(it -> !task.isTask(it)).isPresent();
        boolean late = task.phase() != Phase.SUBMITTING;
        if (late && task.phase() != Phase.UNCERTAIN) {
            // A job of its own is stored already: only the answer to that commit was lost.
            if (another || owner.isEmpty()) {
                recordLateId(task, another ? null : id, answer);
            }
        } else if (another) {
            transitions.markUncertain(task, "the id belongs to another task: " + answer.evidence());
        } else {
            transitions.move(task, () -> task.accepted(id, transitions.now()));
            work.schedulePoll(task.id(), pollSchedule.pollFirstAfter());
            transitions.record(task, null, answer.evidence());
            metrics.accepted(task.waited());
        }
    }

    /**
     * Records an id that comes too late to move the task.
     *
     * @param newId null when another task has the id
     */
    private void recordLateId(Task task, @Nullable String newId, SubmitAnswer.Accepted answer) {
        if (newId != null && task.phase().terminal() && task.upstreamTaskId() == null) {
            task.foundTooLate(newId);
        } else if (newId != null) {
            jobs.addSecond(task, task.attempt(), newId);
        }
        transitions.recordContradiction(
                task, "a late id " + answer.upstreamTaskId() + ": " + answer.evidence());
    }

    /** One request must not stop the company: what alone keeps drawing this fails. */
    private void stopped(Task task, SubmitAnswer.AccountStopped answer) {
        boolean alone =
                answer.perhapsThisRequest()
                        && task.phase() == Phase.SUBMITTING
                        && work.countAccountStop(task.id()) >= settings.accountStopsUntilFailed();
        if (alone) {
            transitions.fail(
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
        transitions.move(task, task::requeued);
        Duration delay =
                failed
                        ? BACKOFF.after(work.attemptCounts(task.id()).failures() + 1)
                        : Duration.ZERO;
        work.requeue(task.id(), delay, failed);
        transitions.record(task, note, evidence);
    }

    private void retry(Task task, SubmitAnswer.Retryable answer) {
        if (task.phase() != Phase.SUBMITTING) {
            events.add(task, null, answer.evidence());
            return;
        }
        AttemptCounts counts = work.attemptCounts(task.id());
        if (counts.retries() < upstream.upstreamRetriesOn500()) {
            transitions.move(task, task::requeued);
            work.retry(task.id(), BACKOFF.after(counts.retries() + 1));
            transitions.record(task, TimelineNote.SERVICE_FAILED, answer.evidence());
        } else {
            // Each 500 may have been charged there; the team pays for none of them.
            metrics.possiblyCharged(TaskMetrics.Reason.ERRORS);
            transitions.fail(
                    task,
                    "The video service failed repeatedly. Nothing was charged; try again later.",
                    null,
                    answer.evidence());
        }
    }

    private void refused(Task task, SubmitAnswer.Refused answer) {
        if (task.phase() == Phase.SUBMITTING) {
            transitions.fail(task, task.redact(answer.message()), null, answer.evidence());
        } else {
            events.add(task, null, answer.evidence());
        }
    }
}
