package dev.seedgate.task.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.Scope;
import dev.seedgate.credit.ledger.Ledger;
import dev.seedgate.credit.ledger.Reservations;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.telemetry.TeamMetrics;
import dev.seedgate.platform.telemetry.TelemetrySettings;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.task.queue.WorkQueue;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.UpstreamSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The table of answers and phases: what every answer of the vendor makes of a task in every phase,
 * on a real database. A dot is a cell in which nothing moves, neither the task nor its credits nor
 * its due work; a phase is what the task is afterwards, with the due work where it is not the usual
 * one of that phase.
 */
class AnswersByPhaseTests {

    private static final String OF_A_SUBMIT =
            """
                                  | QUEUED | SUBMITTING           | RENDERING | UNCERTAIN | EXPIRED | SUCCEEDED | FAILED
            a new id              | .      | RENDERING            | .         | RENDERING | .       | .         | .
            the id it has         | .      | RENDERING            | .         | RENDERING | .       | .         | .
            another task's id     | .      | UNCERTAIN            | .         | .         | .       | .         | .
            account stopped       | .      | QUEUED               | .         | .         | .       | .         | .
            stopped, perhaps by it| .      | QUEUED               | .         | .         | .       | .         | .
            stopped a third time  | .      | FAILED               | .         | .         | .       | .         | .
            throttled             | .      | QUEUED               | .         | .         | .       | .         | .
            error, to be retried  | .      | QUEUED: submit later | .         | .         | .       | .         | .
            fourth error          | .      | FAILED               | .         | .         | .       | .         | .
            refused               | .      | FAILED               | .         | .         | .       | .         | .
            not sent              | .      | QUEUED: submit later | .         | .         | .       | .         | .
            not reached           | .      | QUEUED: submit later | .         | .         | .       | .         | .
            uncertain             | .      | UNCERTAIN            | .         | .         | .       | .         | .
            """;

    private static final String OF_A_POLL =
            """
                                   | QUEUED | SUBMITTING | RENDERING             | UNCERTAIN | EXPIRED               | SUCCEEDED | FAILED
            running                | .      | .          | RENDERING             | .         | EXPIRED               | .         | .
            running for 3 h        | .      | .          | EXPIRED               | .         | EXPIRED               | .         | .
            running for 8 days     | .      | .          | EXPIRED: refund later | .         | EXPIRED: refund later | .         | .
            unknown there          | .      | .          | RENDERING             | .         | EXPIRED               | .         | .
            unknown there for 3 h  | .      | .          | EXPIRED               | .         | EXPIRED               | .         | .
            unanswered             | .      | .          | RENDERING             | .         | EXPIRED               | .         | .
            unanswered for 3 h     | .      | .          | RENDERING             | .         | EXPIRED               | .         | .
            unanswered for 8 days  | .      | .          | RENDERING             | .         | EXPIRED: refund later | .         | .
            succeeded              | .      | .          | SUCCEEDED             | .         | SUCCEEDED             | .         | .
            succeeded without URL  | .      | .          | RENDERING             | .         | EXPIRED               | .         | .
            the tenth without URL  | .      | .          | FAILED                | .         | FAILED                | .         | .
            failed                 | .      | .          | FAILED                | .         | FAILED                | .         | .
            """;

    private static final Instant NOW = Instant.parse("2026-03-05T12:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final ClipRequest CLIP = new ClipRequest("p", "16:9", 5, false, List.of());
    private static final long PRICE = 65;
    private static final String ANOTHERS_ID = "up-of-another-task";
    private static final String EVIDENCE = "HTTP 200, whatever it said";

    private static final Map<String, Sample<SubmitAnswer>> SUBMITS = new LinkedHashMap<>();
    private static final Map<String, Sample<PollAnswer>> POLLS = new LinkedHashMap<>();

    static {
        submit("a new id", task -> new SubmitAnswer.Accepted("new-" + task.value(), EVIDENCE));
        submit("the id it has", task -> new SubmitAnswer.Accepted(upstreamId(task), EVIDENCE));
        submit("another task's id", _ -> new SubmitAnswer.Accepted(ANOTHERS_ID, EVIDENCE));
        submit("account stopped", _ -> new SubmitAnswer.AccountStopped(false, EVIDENCE));
        submit("stopped, perhaps by it", _ -> new SubmitAnswer.AccountStopped(true, EVIDENCE));
        SUBMITS.put(
                "stopped a third time",
                new Sample<>(
                        _ -> new SubmitAnswer.AccountStopped(true, EVIDENCE),
                        Duration.ZERO,
                        "stops = 2, stopped_at = gateway_now() - interval '1 hour'"));
        submit("throttled", _ -> new SubmitAnswer.Throttled(EVIDENCE));
        submit("error, to be retried", _ -> new SubmitAnswer.Retryable(EVIDENCE));
        SUBMITS.put(
                "fourth error",
                new Sample<>(
                        _ -> new SubmitAnswer.Retryable(EVIDENCE), Duration.ZERO, "retries = 3"));
        submit("refused", _ -> new SubmitAnswer.Refused("too long", EVIDENCE));
        submit("not sent", _ -> new SubmitAnswer.NotSent(false, EVIDENCE));
        submit("not reached", _ -> new SubmitAnswer.NotSent(true, EVIDENCE));
        submit("uncertain", _ -> new SubmitAnswer.Uncertain(EVIDENCE));

        Duration young = Duration.ofMinutes(1);
        Duration tooOld = Duration.ofHours(3);
        Duration lost = Duration.ofDays(8);
        poll("running", young, new PollAnswer.Running(EVIDENCE));
        poll("running for 3 h", tooOld, new PollAnswer.Running(EVIDENCE));
        poll("running for 8 days", lost, new PollAnswer.Running(EVIDENCE));
        poll("unknown there", young, new PollAnswer.UnknownTask(EVIDENCE));
        poll("unknown there for 3 h", tooOld, new PollAnswer.UnknownTask(EVIDENCE));
        poll("unanswered", young, new PollAnswer.Unanswered(EVIDENCE));
        poll("unanswered for 3 h", tooOld, new PollAnswer.Unanswered(EVIDENCE));
        poll("unanswered for 8 days", lost, new PollAnswer.Unanswered(EVIDENCE));
        poll(
                "succeeded",
                young,
                new PollAnswer.Succeeded(List.of("https://x/y.mp4"), PRICE, EVIDENCE));
        PollAnswer withoutUrl = new PollAnswer.Succeeded(List.of(), null, EVIDENCE);
        poll("succeeded without URL", young, withoutUrl);
        POLLS.put("the tenth without URL", new Sample<>(_ -> withoutUrl, young, "clipless = 9"));
        poll("failed", young, new PollAnswer.Failed("too violent", null, EVIDENCE));
    }

    private static TestDatabase database;
    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        database = TestDatabase.create();
        database.execute("insert into installation (billing_zone) values ('UTC')");
        // It stands still: what is due now and what later does not depend on the machine.
        database.execute(
                "create or replace function gateway_now() returns timestamptz language sql stable parallel safe return timestamptz '%s'"
                        .formatted(NOW));
        context =
                new SpringApplicationBuilder(Lifecycle.class)
                        .web(WebApplicationType.NONE)
                        .bannerMode(Banner.Mode.OFF)
                        .registerShutdownHook(false)
                        .run(
                                database.settings().entrySet().stream()
                                        .map(it -> "--" + it.getKey() + "=" + it.getValue())
                                        .toArray(String[]::new));
        TaskId another = queued();
        SubmitAttempt attempt = begun(another);
        submits().record(attempt, new SubmitAnswer.Accepted(ANOTHERS_ID, EVIDENCE));
    }

    @AfterAll
    static void stop() {
        Invariants.check(database);
        context.close();
    }

    static Stream<Arguments> cellsOfASubmit() {
        return cells(OF_A_SUBMIT, SUBMITS, SubmitAnswer.Accepted.class);
    }

    static Stream<Arguments> cellsOfAPoll() {
        return cells(OF_A_POLL, POLLS, PollAnswer.Running.class, PollAnswer.Succeeded.class);
    }

    static Set<String> answersToASubmit() {
        return SUBMITS.keySet();
    }

    @ParameterizedTest(name = "{0} when {1}, in a group {3}: {2}")
    @MethodSource("cellsOfASubmit")
    void ofASubmit(String sample, Phase phase, String cell, boolean grouped) {
        SubmitAttempt other = begun(queued());
        TaskId task = in(phase, Phase.UNCERTAIN);
        Sample<SubmitAnswer> tried = Objects.requireNonNull(SUBMITS.get(sample));
        tried.prepare(task);
        List<String> before = moving(task);
        SubmitAnswer answer = tried.answer().apply(task);
        SubmitAttempt attempt = new SubmitAttempt(task, attempt(task), CLIP, "team", null);
        if (!grouped || !isRecordedWith(other, attempt, (SubmitAnswer.Accepted) answer)) {
            submits().record(attempt, answer);
        }
        assertCell(task, phase, cell, before);
        assertEveryIdIsARow(task, answer);
        boolean stored =
                sample.equals("the id it has")
                        && Set.of(Phase.RENDERING, Phase.EXPIRED, Phase.SUCCEEDED).contains(phase);
        if (!stored) {
            assertThat(evidence(task)).anyMatch(it -> it.endsWith(EVIDENCE));
        }
    }

    /** A replica that was taken for dead answers for an attempt that another one followed. */
    @ParameterizedTest
    @MethodSource("answersToASubmit")
    void ofAnEarlierAttemptNothingMoves(String sample) {
        TaskId task = queued();
        SubmitAttempt earlier = begun(task);
        submits().record(earlier, new SubmitAnswer.Throttled("busy"));
        begun(task);
        Sample<SubmitAnswer> tried = Objects.requireNonNull(SUBMITS.get(sample));
        tried.prepare(task);
        List<String> before = moving(task);
        SubmitAnswer answer = tried.answer().apply(task);
        submits().record(earlier, answer);
        assertCell(task, Phase.SUBMITTING, ".", before);
        assertEveryIdIsARow(task, answer);
        assertThat(evidence(task)).contains("answer to attempt 1: " + EVIDENCE);
    }

    @ParameterizedTest(name = "{0} when {1}, in a group {3}: {2}")
    @MethodSource("cellsOfAPoll")
    void ofAPoll(String sample, Phase phase, String cell, boolean grouped) {
        TaskId other = in(Phase.RENDERING, Phase.EXPIRED);
        TaskId task = in(phase, Phase.EXPIRED);
        Sample<PollAnswer> tried = Objects.requireNonNull(POLLS.get(sample));
        tried.prepare(task);
        List<String> before = moving(task);
        DuePoll poll = new DuePoll(task, upstreamId(task), tried.age(), "team", null);
        PollAnswer answer = tried.answer().apply(task);
        if (!grouped || !isRecordedWith(other, poll, answer)) {
            polls().record(poll, answer);
        }
        assertCell(task, phase, cell, before);
        if (!state(task).phase().equals(phase)) {
            assertThat(evidence(task)).as("evidence of a move").contains(EVIDENCE);
        }
    }

    /** A task that somebody holds is left to be recorded alone, and nobody waits for it. */
    @Test
    void leavesOutOfAGroupWhatIsLocked() {
        TaskId locked = in(Phase.RENDERING, Phase.EXPIRED);
        TaskId free = in(Phase.RENDERING, Phase.EXPIRED);
        database.during(
                "select from task where id = '%s' for no key update".formatted(locked.value()),
                () ->
                        assertThat(
                                        polls().recordSucceeded(
                                                        List.of(
                                                                succeeded(locked),
                                                                succeeded(free))))
                                .containsExactly(succeeded(free)));
        assertThat(state(locked)).isEqualTo(implied(Phase.RENDERING));
        assertThat(state(free)).isEqualTo(implied(Phase.SUCCEEDED));
    }

    /** Who holds a team's account for long must not hold up the others that are in the group. */
    @Test
    void givesAGroupUpWhoseAccountIsHeld() {
        TaskId held = in(Phase.RENDERING, Phase.EXPIRED);
        TaskId free = in(Phase.RENDERING, Phase.EXPIRED);
        database.during(
                "select from account a join task using (team_id) where id = '%s' for update of a"
                        .formatted(held.value()),
                () ->
                        assertThatThrownBy(() ->
                                        polls().recordSucceeded(
                                                        List.of(succeeded(held), succeeded(free))))
                                .hasStackTraceContaining("lock timeout"));
        assertThat(state(held)).isEqualTo(implied(Phase.RENDERING));
        assertThat(state(free)).isEqualTo(implied(Phase.RENDERING));
    }

    /** A late answer to the attempt before, in one group with the answer to this one. */
    @Test
    void losesNoIdWhenAGroupHasTwoAnswersToATask() {
        TaskId task = queued();
        SubmitAttempt earlier = begun(task);
        submits().record(earlier, new SubmitAnswer.Throttled("busy"));
        SubmitAnswer.Accepted late = new SubmitAnswer.Accepted("late-" + task, EVIDENCE);
        SubmitAnswer.Accepted own = new SubmitAnswer.Accepted(upstreamId(task), EVIDENCE);
        List<Acceptance> answers =
                List.of(new Acceptance(begun(task), own), new Acceptance(earlier, late));
        Set<Acceptance> recorded = submits().recordAccepted(answers);
        assertThat(recorded).containsExactly(answers.getFirst());
        submits().record(earlier, late);
        assertEveryIdIsARow(task, late);
        assertEveryIdIsARow(task, own);
        assertThat(polls().recordSucceeded(List.of(succeeded(task), succeeded(task))))
                .containsExactly(succeeded(task));
        assertThat(clips(task)).isEqualTo("{https://x/y.mp4}");
    }

    /** Two tasks of a group with one id: neither may have it by chance. */
    @Test
    void givesAGroupUpInWhichTwoTasksHaveOneId() {
        SubmitAttempt one = begun(queued());
        SubmitAttempt other = begun(queued());
        SubmitAnswer.Accepted answer =
                new SubmitAnswer.Accepted("one id of two, " + one.task(), EVIDENCE);
        assertThatThrownBy(() ->
                        submits()
                                .recordAccepted(
                                        List.of(
                                                new Acceptance(one, answer),
                                                new Acceptance(other, answer))))
                .isInstanceOf(DataIntegrityViolationException.class);
        submits().record(one, answer);
        submits().record(other, answer);
        assertThat(state(one.task())).isEqualTo(implied(Phase.RENDERING));
        assertThat(state(other.task())).isEqualTo(implied(Phase.UNCERTAIN));
    }

    /** Replicas, late answers and retries: everything is told twice, in groups and alone. */
    @Test
    void movesEachTaskOnceWhoeverElseRecordsIt() throws Exception {
        List<TaskId> tasks = new ArrayList<>();
        List<Long> teams = List.of(team(), team(), team());
        for (int i = 0; i < 120; i++) {
            TaskId task = queued(teams.get(i % 3));
            submits().record(begun(task), new SubmitAnswer.Accepted(upstreamId(task), EVIDENCE));
            tasks.add(task);
        }
        try (ExecutorService replicas = Executors.newFixedThreadPool(6)) {
            List<Future<?>> all = new ArrayList<>();
            for (int replica = 0; replica < 6; replica++) {
                List<TaskId> mine = new ArrayList<>(tasks);
                Collections.shuffle(mine, new Random(replica));
                boolean alone = replica % 3 == 0;
                all.add(replicas.submit(() -> recordAll(mine, alone)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(tasks).allMatch(it -> state(it).phase() == Phase.SUCCEEDED);
        assertThat(tasks).allMatch(it -> state(it).charge().equals("charged"));
        for (long team : teams) {
            assertThat(database.text("select in_flight from account where team_id = " + team))
                    .isEqualTo("0");
        }
        assertThat(
                        database.text(
                                "select deadlocks from pg_stat_database where datname = current_database()"))
                .isEqualTo("0");
    }

    private static void recordAll(List<TaskId> tasks, boolean alone) {
        for (int from = 0; from < tasks.size(); from += 8) {
            List<Completion> group =
                    tasks.subList(from, Math.min(tasks.size(), from + 8)).stream()
                            .map(AnswersByPhaseTests::succeeded)
                            .toList();
            Set<Completion> recorded = alone ? Set.of() : recordTogether(group);
            group.stream()
                    .filter(it -> !recorded.contains(it))
                    .forEach(it -> polls().record(it.poll(), it.answer()));
        }
    }

    /** On a slow machine an account may be held for longer than a group waits; never for ever. */
    private static Set<Completion> recordTogether(List<Completion> group) {
        try {
            return polls().recordSucceeded(group);
        } catch (DataAccessException e) {
            assertThat(e).hasStackTraceContaining("lock timeout");
            return Set.of();
        }
    }

    private static Completion succeeded(TaskId task) {
        return new Completion(
                new DuePoll(task, upstreamId(task), Duration.ofMinutes(1), "team", null),
                new PollAnswer.Succeeded(List.of("https://x/y.mp4"), PRICE, EVIDENCE));
    }

    /** With another one, which is recorded whatever becomes of this. */
    private static boolean isRecordedWith(
            SubmitAttempt other, SubmitAttempt attempt, SubmitAnswer.Accepted answer) {
        Acceptance usual =
                new Acceptance(
                        other, new SubmitAnswer.Accepted(upstreamId(other.task()), EVIDENCE));
        Acceptance tried = new Acceptance(attempt, answer);
        Set<Acceptance> recorded = submits().recordAccepted(List.of(tried, usual));
        assertThat(recorded).contains(usual);
        assertThat(state(other.task())).isEqualTo(implied(Phase.RENDERING));
        return recorded.contains(tried);
    }

    /** With another one, which is recorded whatever becomes of this. */
    private static boolean isRecordedWith(TaskId other, DuePoll poll, PollAnswer answer) {
        if (answer instanceof PollAnswer.Succeeded succeeded) {
            Completion tried = new Completion(poll, succeeded);
            Set<Completion> recorded = polls().recordSucceeded(List.of(tried, succeeded(other)));
            assertThat(recorded).contains(succeeded(other));
            assertThat(state(other)).isEqualTo(implied(Phase.SUCCEEDED));
            assertThat(evidence(other)).contains(EVIDENCE);
            assertThat(clips(other)).isEqualTo("{https://x/y.mp4}");
            return recorded.contains(tried);
        }
        DuePoll usual = succeeded(other).poll();
        Set<DuePoll> recorded = polls().recordRunning(List.of(poll, usual));
        assertThat(recorded).contains(usual);
        assertThat(state(other)).isEqualTo(implied(Phase.RENDERING));
        return recorded.contains(poll);
    }

    private static String clips(TaskId task) {
        return database.text("select response from task where id = '" + task.value() + "'");
    }

    /** Whoever never learned that a start was committed has sent nothing; others may have. */
    @Test
    void takesBackOnlyTheStartThatHasItsToken() {
        TaskId task = queued();
        begun(task);
        submits().rollBackAttempts("another's");
        assertThat(state(task)).isEqualTo(implied(Phase.SUBMITTING));
        submits().rollBackAttempts("token of " + task);
        assertThat(state(task)).isEqualTo(implied(Phase.QUEUED).withWork("submit later"));
        database.execute(
                "update work set due_at = gateway_now() where task_id = '%s'"
                        .formatted(task.value()));
        assertThat(begun(task, "the second").number()).isEqualTo(2);
        submits().rollBackAttempts("token of " + task);
        assertThat(state(task)).as("its own is over").isEqualTo(implied(Phase.SUBMITTING));
        // The version before writes no token, and asks for the evidence of its own rows.
        database.execute(
                "insert into task_event (task_id, phase, attempt, evidence) values ('%s', 'SUBMITTING', 2, 'begun as the old one')"
                        .formatted(task.value()));
        submits().rollBackAttempts("the old one");
        assertThat(state(task)).isEqualTo(implied(Phase.SUBMITTING));
        assertThat(evidence(task))
                .as("what the version before asks for")
                .contains("begun as the second");
    }

    @Test
    void namesEveryKindOfAnswer() {
        assertThat(kinds(SUBMITS)).containsExactlyInAnyOrder(kinds(SubmitAnswer.class));
        assertThat(kinds(POLLS)).containsExactlyInAnyOrder(kinds(PollAnswer.class));
    }

    private static Class<?>[] kinds(Class<?> sealed) {
        return sealed.getPermittedSubclasses();
    }

    private static Set<Class<?>> kinds(Map<String, ? extends Sample<?>> samples) {
        TaskId any = TaskId.create(NOW, '0');
        return samples.values().stream().map(it -> kind(it, any)).collect(Collectors.toSet());
    }

    private static Class<?> kind(@Nullable Sample<?> sample, TaskId any) {
        return Objects.requireNonNull(sample).answer().apply(any).getClass();
    }

    /** What a phase implies: the tasks in flight, the credits and the due work. */
    private static State implied(Phase phase) {
        return switch (phase) {
            case QUEUED -> new State(phase, 1, "held", PRICE, "submit now");
            case SUBMITTING -> new State(phase, 1, "held", PRICE, "sent later");
            case RENDERING -> new State(phase, 1, "held", PRICE, "poll later");
            case UNCERTAIN -> new State(phase, 0, "held", PRICE, "refund later");
            case EXPIRED -> new State(phase, 0, "held", PRICE, "poll later");
            case SUCCEEDED -> new State(phase, 0, "charged", PRICE, "none");
            case FAILED -> new State(phase, 0, "refunded", 0, "none");
        };
    }

    private static void assertCell(TaskId task, Phase before, String cell, List<String> moving) {
        if (cell.equals(".")) {
            assertThat(moving(task)).as("credits and due work").isEqualTo(moving);
            assertThat(state(task)).extracting(State::phase).isEqualTo(before);
        } else {
            String[] parts = cell.split(": ", 2);
            State expected = implied(Phase.valueOf(parts[0]));
            assertThat(state(task))
                    .isEqualTo(parts.length == 1 ? expected : expected.withWork(parts[1]));
        }
    }

    /** Every id that the vendor ever gave is a row, whatever became of its task. */
    private static void assertEveryIdIsARow(TaskId task, SubmitAnswer answer) {
        if (answer instanceof SubmitAnswer.Accepted accepted) {
            boolean own = !accepted.upstreamTaskId().equals(ANOTHERS_ID);
            assertThat(
                            database.rows(
                                    "select task_id = '%s' from vendor_job where upstream_task_id = '%s'"
                                            .formatted(task.value(), accepted.upstreamTaskId())))
                    .containsExactly(own ? "t" : "f");
        }
    }

    /**
     * @param grouped kinds of answers that are also recorded together with others
     */
    private static Stream<Arguments> cells(
            String table, Map<String, ? extends Sample<?>> samples, Class<?>... grouped) {
        Set<Class<?>> kinds = Set.of(grouped);
        TaskId any = TaskId.create(NOW, '0');
        List<List<String>> rows =
                table.lines()
                        .map(line -> Stream.of(line.split("\\|")).map(String::strip).toList())
                        .toList();
        List<Phase> phases = rows.getFirst().stream().skip(1).map(Phase::valueOf).toList();
        assertThat(phases).containsExactly(Phase.values());
        List<List<String>> answers = rows.subList(1, rows.size());
        assertThat(answers).extracting(List::getFirst).containsExactlyElementsOf(samples.keySet());
        return answers.stream()
                .flatMap(row ->
                        IntStream.range(0, phases.size())
                                .boxed()
                                .flatMap(i ->
                                        (kinds.contains(kind(samples.get(row.getFirst()), any))
                                                        ? Stream.of(false, true)
                                                        : Stream.of(false))
                                                .map(it ->
                                                        Arguments.of(
                                                                row.getFirst(),
                                                                phases.get(i),
                                                                row.get(i + 1),
                                                                it))));
    }

    /**
     * A task that came to this phase the way that tasks come there; a FAILED one was refunded from
     * this phase.
     */
    private static TaskId in(Phase phase, Phase refundedFrom) {
        TaskId task = queued();
        SubmitAttempt attempt = begun(task);
        DuePoll poll = new DuePoll(task, upstreamId(task), Duration.ofHours(3), "team", null);
        switch (phase) {
            case QUEUED -> submits().record(attempt, new SubmitAnswer.Throttled("busy"));
            case SUBMITTING -> {}
            case RENDERING ->
                    submits()
                            .record(
                                    attempt,
                                    new SubmitAnswer.Accepted(upstreamId(task), "accepted"));
            case UNCERTAIN -> bean(TaskExpiry.class).leaseExpired(task);
            case EXPIRED -> {
                submits().record(attempt, new SubmitAnswer.Accepted(upstreamId(task), "accepted"));
                polls().record(poll, new PollAnswer.Running("running"));
            }
            case SUCCEEDED -> {
                submits().record(attempt, new SubmitAnswer.Accepted(upstreamId(task), "accepted"));
                polls().record(
                                poll,
                                new PollAnswer.Succeeded(List.of("https://x/y.mp4"), null, "done"));
            }
            case FAILED -> {
                if (refundedFrom == Phase.EXPIRED) {
                    submits()
                            .record(
                                    attempt,
                                    new SubmitAnswer.Accepted(upstreamId(task), "accepted"));
                    polls().record(poll, new PollAnswer.Running("running"));
                } else {
                    bean(TaskExpiry.class).leaseExpired(task);
                }
                bean(TaskExpiry.class).refundUnresolved(task);
            }
        }
        assertThat(state(task)).isEqualTo(implied(phase));
        return task;
    }

    /** An ordered task, of a team of its own. */
    private static TaskId queued() {
        return queued(team());
    }

    private static long team() {
        long team =
                Long.parseLong(
                        database.text(
                                "insert into team (slug, name, created_at) values ('%s', 'T', gateway_now()) returning id"
                                        .formatted(TaskId.create(NOW, '0').value())));
        database.execute(
                "insert into account (team_id, period) values (%d, gateway_period())"
                        .formatted(team));
        return team;
    }

    private static TaskId queued(long team) {
        TaskId task = TaskId.create(NOW, '0');
        AuthenticatedTeam caller =
                new AuthenticatedTeam(
                        team, "team", null, 1, "key", EnumSet.allOf(Scope.class), null, false);
        Order order = new Order(CLIP, null, null, "request", null);
        bean(TransactionTemplate.class)
                .executeWithoutResult(_ ->
                        bean(TaskTransitions.class)
                                .create(new NewTask(task, caller, order, null), "seedance"));
        return task;
    }

    private static SubmitAttempt begun(TaskId task) {
        return begun(task, "token of " + task);
    }

    private static SubmitAttempt begun(TaskId task, String token) {
        return submits().beginAttempts(1024, LEASE, token).stream()
                .filter(it -> it.task().equals(task))
                .findFirst()
                .orElseThrow();
    }

    private static String upstreamId(TaskId task) {
        return "up-" + task.value();
    }

    private static int attempt(TaskId task) {
        return Integer.parseInt(
                database.text("select attempt from task where id = '" + task.value() + "'"));
    }

    private static List<String> evidence(TaskId task) {
        return database.rows(
                "select coalesce(evidence, '') from task_event where task_id = '"
                        + task.value()
                        + "'");
    }

    /** All that moves with a task, as it is stored. */
    private static List<String> moving(TaskId task) {
        return database.rows(
                """
                select a::text from account a join task t using (team_id) where t.id = '%1$s'
                union all select w::text from work w where w.task_id = '%1$s'
                union all select e::text from ledger_entry e where e.task_id = '%1$s'
                order by 1
                """
                        .formatted(task.value()));
    }

    private static State state(TaskId task) {
        String[] row =
                database.text(
                                """
                                select concat_ws('|', t.phase, a.in_flight,
                                    case (select string_agg(kind, ' ' order by id) from ledger_entry e
                                          where e.task_id = t.id and kind <> 'adjust')
                                        when 'reserve' then 'held'
                                        when 'reserve settle' then 'charged'
                                        when 'reserve release' then 'refunded' else 'wrong' end,
                                    a.used,
                                    coalesce((select kind || case when due_at <= gateway_now()
                                        then ' now' else ' later' end from work w
                                        where w.task_id = t.id), 'none'))
                                from task t join account a using (team_id) where t.id = '%s'
                                """
                                        .formatted(task.value()))
                        .split("\\|", -1);
        return new State(
                Phase.valueOf(row[0]),
                Integer.parseInt(row[1]),
                row[2],
                Long.parseLong(row[3]),
                row[4]);
    }

    private static void submit(String name, Function<TaskId, SubmitAnswer> answer) {
        SUBMITS.put(name, new Sample<>(answer, Duration.ZERO, ""));
    }

    private static void poll(String name, Duration age, PollAnswer answer) {
        POLLS.put(name, new Sample<>(_ -> answer, age, ""));
    }

    private static SubmitOutcomes submits() {
        return bean(SubmitOutcomes.class);
    }

    private static PollOutcomes polls() {
        return bean(PollOutcomes.class);
    }

    private static <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Where a task and all that moves with it are; {@code used} counts credits. */
    private record State(Phase phase, int inFlight, String charge, long used, String work) {

        State withWork(String other) {
            return new State(phase, inFlight, charge, used, other);
        }
    }

    /**
     * An answer to try.
     *
     * @param age of the task when it is polled
     * @param workBefore what is set in the row of due work before, empty for nothing
     */
    private record Sample<A>(Function<TaskId, A> answer, Duration age, String workBefore) {

        void prepare(TaskId task) {
            if (!workBefore.isEmpty()) {
                database.execute(
                        "update work set %s where task_id = '%s'"
                                .formatted(workBefore, task.value()));
            }
        }
    }

    /**
     * The beans that outcomes need, and nothing else. No annotation makes it a component: the
     * gateways of other tests would find it.
     */
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        HibernateJpaAutoConfiguration.class,
        DataJpaRepositoriesAutoConfiguration.class
    })
    @EntityScan(basePackageClasses = Task.class)
    @EnableJpaRepositories(basePackageClasses = TaskRepository.class)
    @EnableConfigurationProperties({
        GenerationSettings.class,
        PollSchedule.class,
        TelemetrySettings.class,
        UpstreamSettings.class
    })
    @Import({
        Ledger.class,
        Reservations.class,
        PollOutcomes.class,
        SubmitAttempts.class,
        RenderResults.class,
        SubmitOutcomes.class,
        TaskEvents.class,
        TaskExpiry.class,
        TaskMetrics.class,
        TaskTransitions.class,
        TeamMetrics.class,
        VendorJobs.class,
        WorkQueue.class
    })
    static class Lifecycle {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        TaskTracing tracing() {
            return new TaskTracing(Tracer.NOOP);
        }

        /** Who is told of ends has tests of its own. */
        @Bean
        TaskEndListener endListener() {
            return _ -> {};
        }
    }
}
