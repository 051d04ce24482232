package dev.seedgate.task.lifecycle;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.credit.ledger.AdmissionVerdict;
import dev.seedgate.credit.ledger.BatchReservation;
import dev.seedgate.credit.ledger.DependentRows;
import dev.seedgate.credit.ledger.DependentRows.Column;
import dev.seedgate.credit.ledger.Ledger;
import dev.seedgate.credit.ledger.Reservation;
import dev.seedgate.credit.ledger.ReservationRequest;
import dev.seedgate.credit.ledger.Reservations;
import dev.seedgate.platform.telemetry.AfterCommit;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * The transitions of a task's phase, with all that moves with them in the running transaction: its
 * team's tasks in flight, its credits, its due work, its events and the log. Whether a task leaves
 * or enters those in flight follows from its phases.
 */
@Component
public class TaskTransitions {

    private static final Logger log = LoggerFactory.getLogger(TaskTransitions.class);

    private static final DependentRows QUEUED =
            new DependentRows(
                    """
                    , queued as (
                        insert into task (id, team_id, key_id, key_name, project, cost_center, request_id,
                            trace_parent, prompt, aspect_ratio, duration_seconds, sound, image_urls, preset,
                            credits, price_version, phase, upstream, created_at)
                        select task, team_id, key_id, key_name, project, cost_center, request_id,
                            trace_parent, prompt, aspect_ratio, duration_seconds, sound,
                            string_to_array(image_urls, E'\\n'), preset,
                            credits, :priceVersion, '%s', upstream, created_at
                        from taken
                    ), waiting as (
                        %s
                    )
                    """
                            .formatted(Phase.QUEUED, WorkQueue.ENQUEUE),
                    List.of(
                            new Column("request_id", "text"),
                            new Column("trace_parent", "text"),
                            new Column("prompt", "text"),
                            new Column("aspect_ratio", "text"),
                            new Column("duration_seconds", "int4"),
                            new Column("sound", "bool"),
                            // An array of arrays has no rows of different lengths.
                            new Column("image_urls", "text"),
                            new Column("created_at", "timestamptz")));

    private final TaskRepository tasks;
    private final TaskEvents events;
    private final RenderResults results;
    private final Reservations reservations;
    private final Ledger ledger;
    private final WorkQueue work;
    private final GenerationSettings settings;
    private final TaskMetrics metrics;
    private final TaskTracing tracing;
    private final List<TaskEndListener> endListeners;
    private final List<NewTaskRows> newTaskRows;
    private final DependentRows queuedWithRows;
    private final ApplicationEventPublisher publisher;

    TaskTransitions(
            TaskRepository tasks,
            TaskEvents events,
            RenderResults results,
            Reservations reservations,
            Ledger ledger,
            WorkQueue work,
            GenerationSettings settings,
            TaskMetrics metrics,
            TaskTracing tracing,
            List<TaskEndListener> endListeners,
            List<NewTaskRows> newTaskRows,
            ApplicationEventPublisher publisher) {
        this.tasks = tasks;
        this.events = events;
        this.results = results;
        this.reservations = reservations;
        this.ledger = ledger;
        this.work = work;
        this.settings = settings;
        this.metrics = metrics;
        this.tracing = tracing;
        this.endListeners = endListeners;
        this.newTaskRows = newTaskRows;
        queuedWithRows =
                newTaskRows.stream()
                        .map(TaskTransitions::dependent)
                        .reduce(QUEUED, DependentRows::and);
        this.publisher = publisher;
    }

    /**
     * Makes a new task, QUEUED, with its charge and its place in the queue, or refuses as {@link
     * Reservations#reserve} does and writes nothing. One statement: it holds the account of its
     * team, which all its creates wait for, no longer than it must.
     */
    public Reservation create(NewTask task, String upstream) {
        return reservations.reserve(charge(task, upstream), QUEUED);
    }

    private static DependentRows dependent(NewTaskRows rows) {
        return new DependentRows(
                rows.leftOut(),
                ", " + rows.insert(),
                rows.columns().entrySet().stream()
                        .map(it -> new Column(it.getKey(), it.getValue()))
                        .toList());
    }

    /**
     * Makes new tasks of any teams with their {@link NewTaskRows}, as {@link #create} does one
     * after the other, but for those that it would refuse, those of their team behind them, and
     * those whose rows can't be written, which are all left out.
     *
     * @param waiting whether for a team's account that another transaction holds
     */
    public BatchReservation createAll(List<NewTask> tasks, String upstream, boolean waiting) {
        boolean plain =
                newTaskRows.stream().noneMatch(rows -> tasks.stream().anyMatch(rows::areNeededBy));
        return reservations.reserveAll(
                tasks.stream()
                        .map(task ->
                                charge(
                                        task,
                                        upstream,
                                        plain ? columns(task) : columnsWithRows(task)))
                        .toList(),
                // Fewer arrays and inserts, where nobody needs them.
                plain ? QUEUED : queuedWithRows,
                waiting);
    }

    /** Says what {@link #create} would do with the team's limits as they are; writes nothing. */
    public AdmissionVerdict preview(NewTask task, String upstream) {
        return reservations.preview(charge(task, upstream));
    }

    private static ReservationRequest charge(NewTask task, String upstream) {
        return charge(task, upstream, columns(task));
    }

    private static ReservationRequest charge(
            NewTask task, String upstream, Map<String, @Nullable Object> columns) {
        AuthenticatedTeam caller = task.caller();
        Order order = task.order();
        return new ReservationRequest(
                task.id().value(),
                caller.teamId(),
                caller.keyId(),
                caller.keyName(),
                order.project(),
                caller.costCenter(),
                order.preset(),
                upstream,
                caller.actor(),
                columns);
    }

    private Map<String, @Nullable Object> columnsWithRows(NewTask task) {
        Map<String, @Nullable Object> columns = columns(task);
        for (NewTaskRows rows : newTaskRows) {
            rows.columns().keySet().forEach(it -> columns.put(it, null));
            if (rows.areNeededBy(task)) {
                columns.putAll(rows.values(task));
            }
        }
        return columns;
    }

    private static Map<String, @Nullable Object> columns(NewTask task) {
        ClipRequest clip = task.order().clip();
        Map<String, @Nullable Object> columns = new HashMap<>();
        columns.put("request_id", task.order().requestId());
        columns.put("trace_parent", task.traceParent());
        columns.put("prompt", clip.prompt());
        columns.put("aspect_ratio", clip.aspectRatio());
        columns.put("duration_seconds", clip.durationSeconds());
        columns.put("sound", clip.sound());
        // No URL has a line break in it.
        columns.put("image_urls", String.join("\n", clip.imageUrls()));
        // One reading of one clock: a time is a place among the ids.
        columns.put("created_at", task.id().time().atOffset(ZoneOffset.UTC));
        return columns;
    }

    /** Whether the team has this task. */
    public boolean exists(TaskId id, AuthenticatedTeam caller) {
        return tasks.existsByIdAndTeamId(id.value(), caller.teamId());
    }

    Task lock(TaskId id) {
        return tasks.lock(id.value()).orElseThrow(() -> new IllegalStateException("no task " + id));
    }

    /** Locks a task whose id came from a caller; {@code TASK_NOT_FOUND} when there is none. */
    Task lockKnown(TaskId id) {
        return tasks.lock(id.value())
                .orElseThrow(() ->
                        new ApiException(ErrorCode.TASK_NOT_FOUND, "There is no task " + id + "."));
    }

    /** The database's time. */
    Instant now() {
        return tasks.now();
    }

    /** Moves the task to another phase that is not its end. */
    void move(Task task, Runnable verb) {
        boolean inFlight = task.phase().inFlight();
        verb.run();
        if (inFlight && !task.phase().inFlight()) {
            ledger.leaveInFlight(task.teamId());
        } else if (!inFlight && task.phase().inFlight()) {
            ledger.enterInFlight(task.teamId());
        }
    }

    /** Records a move in the timeline, the evidence and the log. */
    void record(Task task, @Nullable TimelineNote note, @Nullable String evidence) {
        events.add(task, note == null ? null : note.text(), evidence);
        tell(task.id(), task.phase());
        log(task.id(), task.phase());
    }

    /** The first terminal state has won; what contradicts it is written down and moves no money. */
    void recordContradiction(Task task, String evidence) {
        log.warn("task {} is {} and stays so, against: {}", task.id(), task.phase(), evidence);
        metrics.contradicted();
        events.add(task, null, evidence);
    }

    /** A task that was being sent is perhaps at the vendor: it is never sent again. */
    void markUncertain(Task task, String evidence) {
        if (task.phase() != Phase.SUBMITTING) {
            events.add(task, null, evidence);
            return;
        }
        move(task, task::uncertain);
        work.scheduleRefund(task.id(), refundAfter());
        metrics.uncertain();
        tell(task.id(), task.phase());
        log.warn("task {} is UNCERTAIN: {}", task.id(), evidence);
        events.add(task, TimelineNote.UNKNOWN.text(), evidence);
    }

    /**
     * Records the first answer to each task together. Another one to the same task is to be
     * recorded alone, on what the first has made of it: it may be of another attempt, with a job of
     * its own.
     *
     * @param recording answers which tasks have moved
     * @return the answers that moved them
     */
    static <A> Set<A> recordFirstOfEachTask(
            List<A> answers,
            Function<A, TaskId> task,
            Function<Collection<A>, Set<TaskId>> recording) {
        if (answers.isEmpty()) {
            return Set.of();
        }
        Map<TaskId, A> first = new LinkedHashMap<>();
        answers.forEach(it -> first.putIfAbsent(task.apply(it), it));
        first.keySet().retainAll(recording.apply(List.copyOf(first.values())));
        return Set.copyOf(first.values());
    }

    /**
     * Ends tasks that render as these jobs as SUCCEEDED; their charges are kept. What nearly every
     * end is, without the tasks' locks and rows.
     *
     * @return those that do; to the others nothing has happened
     */
    Set<TaskId> succeedIfRendering(Collection<Completion> completions) {
        if (completions.isEmpty()) {
            return Set.of();
        }
        List<RenderResults.Rendered> ended = results.succeed(completions);
        ended.forEach(it -> metrics.ended(Phase.SUCCEEDED, it.rendering()));
        tellOfEnds(
                ended.stream()
                        .map(it -> new TaskEnd(it.id(), it.teamId(), Phase.SUCCEEDED))
                        .toList());
        // Last, as a team's creates wait for its account from here on.
        settle(ended);
        return ended.stream().map(RenderResults.Rendered::id).collect(Collectors.toSet());
    }

    /** Settles all of them at once, inside a step of each one's own trace. */
    private void settle(List<RenderResults.Rendered> ended) {
        List<TaskScope> steps =
                ended.stream()
                        .map(it -> tracing.begin("settle", it.traceParent()).of(it.id()))
                        .toList();
        try {
            ledger.settle(ended.stream().map(it -> it.id().value()).toList(), true, Actor.GATEWAY);
        } finally {
            // Each puts the thread back as the one before it had left it.
            steps.reversed().forEach(TaskScope::close);
        }
    }

    /** Ends it as SUCCEEDED; the charge is kept. */
    void succeed(Task task, PollAnswer.Succeeded answer) {
        boolean inFlight = task.phase().inFlight();
        task.succeeded(answer.urls(), answer.credits(), now());
        try (TaskScope _ = tracing.begin("settle", task.traceParent()).of(task.id())) {
            ledger.settle(List.of(task.id().value()), inFlight, Actor.GATEWAY);
        }
        finish(task, null, answer.evidence());
    }

    /**
     * Ends it as FAILED; the charge goes back.
     *
     * @param message for the team
     * @param upstreamCredits what the vendor says it took, null = it says nothing
     */
    void fail(
            Task task,
            String message,
            @Nullable Long upstreamCredits,
            @Nullable String evidence,
            Actor actor) {
        boolean inFlight = task.phase().inFlight();
        task.failed(message, upstreamCredits, now());
        try (TaskScope _ = tracing.begin("release", task.traceParent()).of(task.id())) {
            ledger.release(task.id().value(), inFlight, message, actor);
        }
        finish(task, message, evidence);
    }

    /** The same by the gateway itself. */
    void fail(
            Task task, String message, @Nullable Long upstreamCredits, @Nullable String evidence) {
        fail(task, message, upstreamCredits, evidence, Actor.GATEWAY);
    }

    /** Ends a task without an outcome: the charge goes back, the loss is the company's. */
    void refundUnresolved(Task task, String reason, Actor actor) {
        metrics.possiblyCharged(TaskMetrics.Reason.REFUNDED);
        String id = task.id().value();
        task.refundedUnresolved(
                "The video service never told what became of this clip. Nothing was charged.",
                now());
        try (TaskScope _ = tracing.begin("release", task.traceParent()).of(task.id())) {
            // UNCERTAIN and EXPIRED are not in flight.
            ledger.release(id, false, reason, actor);
            ledger.bookPossibleLoss(id, reason, actor);
        }
        finish(task, TimelineNote.REFUNDED.text(), actor + ": " + reason);
    }

    private void finish(Task task, @Nullable String note, @Nullable String evidence) {
        work.remove(task.id());
        events.add(task, note, evidence);
        metrics.ended(task.phase(), task.rendered());
        tellOfEnds(List.of(new TaskEnd(task.id(), task.teamId(), task.phase())));
        log(task.id(), task.phase());
    }

    private void tellOfEnds(List<TaskEnd> ends) {
        if (!ends.isEmpty()) {
            endListeners.forEach(it -> it.ended(ends));
        }
        ends.forEach(it -> tell(it.task(), it.phase()));
    }

    /** How long a task stays without an outcome until its charge goes back. */
    Duration refundAfter() {
        // 0 = never; a century is never.
        return settings.uncertainRefundAfter().isZero()
                ? Duration.ofDays(36_500)
                : settings.uncertainRefundAfter();
    }

    /** Tells who waits for the task of its new phase, once it is committed. */
    void tell(TaskId id, Phase phase) {
        publisher.publishEvent(new TaskMoved(id, phase));
    }

    /** Writes its new phase to the log, once it is committed. */
    void log(TaskId id, Phase phase) {
        AfterCommit.run(() -> {
            try (TaskScope _ = TaskTracing.logOnly(id)) {
                log.info("task {} is {}", id, phase);
            }
        });
    }
}
