package dev.seedgate.task.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.Scope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;
import dev.seedgate.vendor.contract.ClipRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

/** Who is admitted with whom, over an admission that says when it is done and how it ends. */
@NullUnmarked
class CreateGroupsTests {

    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SlowAdmission admission = new SlowAdmission();
    private final List<CreateGroups> made = new ArrayList<>();

    @AfterEach
    void stop() {
        admission.open.countDown();
        made.forEach(CreateGroups::close);
        threads.close();
    }

    @Test
    void admitsWhatWaitsTogetherAndNoMoreThanAGroupAtATime() {
        CreateGroups groups = groups(4, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 10);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        admission.open.countDown();
        assertThat(answers.stream().map(it -> it.join().task()).distinct()).hasSize(10);
        assertThat(admission.transactions).containsExactly(1, 4, 4, 1);
    }

    @Test
    void admitsSoManyGroupsAtATime() {
        CreateGroups groups = groups(4, 2, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 1);
        answers.addAll(crowd(groups, 4));
        assertThat(admission.transactions).containsExactly(1, 1);
        admission.open.countDown();
        assertThat(answers.stream().map(it -> it.join().task()).distinct()).hasSize(5);
    }

    /** A team's own lane, for as long as it has to wait for its account. */
    @Test
    void letsNoTeamWaitForAnothersAccount() {
        CreateGroups groups = groups(4, 1, FOR_EVER);
        admission.blocks = false;
        admission.busyTeam = 1L;
        List<CompletableFuture<CreateResult>> held = new ArrayList<>();
        held.add(admit(groups));
        Awaitility.await().until(() -> admission.transactions.size() == 2);
        for (int i = 0; i < 5; i++) {
            held.add(admit(groups));
        }
        Awaitility.await().until(() -> groups.waiting() == 5);
        assertThat(groups.admit(create(2))).isNotNull();
        assertThat(held).noneMatch(CompletableFuture::isDone);
        admission.open.countDown();
        assertThat(held.stream().map(it -> it.join().task()).distinct()).hasSize(6);
        assertThat(admission.transactions)
                .as("tried, waits; of the other team; who joined meanwhile")
                .containsExactly(1, 1, 1, 4, 1);
        assertThat(groups.waiting()).isZero();
        admission.busyTeam = null;
        assertThat(groups.admit(create(1))).as("with all others again").isNotNull();
        assertThat(admission.waiting).containsExactly(false, true, false, true, true, false);
    }

    @Test
    void givesEachTeamItsTurn() {
        CreateGroups groups = groups(4, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> flood = crowd(groups, 10);
        CompletableFuture<CreateResult> other = admit(groups, 2);
        Awaitility.await().until(() -> groups.waiting() == 10);
        admission.open.countDown();
        other.join();
        flood.forEach(CompletableFuture::join);
        assertThat(admission.teams.stream().skip(1).limit(4))
                .as("one of the other team's and three that came first")
                .containsExactly(1L, 2L, 1L, 1L);
    }

    @Test
    void admitsAloneWhatItsGroupDoesNotAccept() {
        admission.room = 3;
        CreateGroups groups = groups(16, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 6);
        openFor(answers);
        List<CompletableFuture<CreateResult>> refused =
                answers.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
        assertThat(refused).hasSize(3);
        assertThatThrownBy(() -> refused.getFirst().join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TEAM_QUOTA_EXHAUSTED));
        assertThat(groups.waiting()).isZero();
    }

    @Test
    void admitsEachAloneWhenAGroupFailsAndNoneAgainThatWasAlone() {
        CreateGroups groups = groups(16, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 4);
        admission.groupsFail = true;
        admission.open.countDown();
        assertThatThrownBy(() -> answers.getFirst().join())
                .hasCauseInstanceOf(DataAccessResourceFailureException.class);
        answers.stream().skip(1).forEach(it -> assertThat(it.join()).isNotNull());
        assertThat(admission.transactions).containsExactly(1, 3, 1, 1, 1);
    }

    /** A group that may be stored is never tried again: each would be made twice. */
    @Test
    void triesNoneAgainWhenTheAnswerToTheCommitIsLost() {
        CreateGroups groups = groups(16, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 5);
        admission.commitsAreLost = true;
        openFor(answers);
        assertThat(answers.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(4);
        assertThat(admission.transactions).containsExactly(1, 4);
        assertThatThrownBy(() -> answers.getLast().join())
                .hasCauseInstanceOf(DataAccessResourceFailureException.class);
    }

    @Test
    void letsGoWhoWaitsTooLongAndWhoFindsTooManyWaiting() {
        CreateGroups groups = groups(2, 1, Duration.ofMillis(1));
        CompletableFuture<CreateResult> first = admitInAGroup(groups);
        admission.blocks = false;
        assertThat(admit(groups).join()).as("alone, after a millisecond").isNotNull();
        assertThat(first).isNotDone();
        assertThat(groups.waiting()).isZero();

        admission.blocks = true;
        CreateGroups crowded = groups(2, 1, FOR_EVER);
        crowd(crowded, 1 + 2 * 8);
        admission.blocks = false;
        assertThat(crowded.admit(create(1))).as("no room behind the others").isNotNull();
        CompletableFuture<CreateResult> other = admit(crowded, 2);
        Awaitility.await().until(() -> crowded.waiting() == 2 * 8 + 1);
        assertThat(other).as("the first of its team waits in their midst").isNotDone();
    }

    @Test
    void groupsNothingOfATeamThatWasRefusedLately() {
        CreateGroups groups = groups(16, 1, FOR_EVER);
        crowd(groups, 2);
        admission.refusedLately = true;
        admission.blocks = false;
        assertThat(groups.admit(create(1))).isNotNull();
    }

    @Test
    void admitsThoseThatWaitBeforeItCloses() {
        CreateGroups groups = groups(4, 1, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 3);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(groups::close, threads);
        admission.open.countDown();
        closed.join();
        assertThat(answers.stream().map(it -> it.join().task()).distinct()).hasSize(3);
        assertThat(groups.admit(create(1))).as("alone from now on").isNotNull();
        assertThat(admission.transactions).containsExactly(1, 2, 1);
        assertThat(admission.waiting).as("of groups").hasSize(2);
    }

    @Test
    void answersWhenTheThreadOfAGroupBreaksAndGoesOnAfterwards() {
        CreateGroups groups = groups(4, 1, FOR_EVER);
        admission.blocks = false;
        admission.breaks = true;
        assertThatThrownBy(() -> groups.admit(create(1))).hasRootCauseMessage("a class is missing");
        admission.breaks = false;
        assertThat(groups.admit(create(1))).isNotNull();
        assertThat(admission.waiting).as("both in groups").hasSize(2);
    }

    private CreateGroups groups(int size, int atATime, Duration longestWait) {
        made.add(new CreateGroups(admission, size, atATime, 8, longestWait));
        return made.getLast();
    }

    /** One that is being admitted, and all others behind it. */
    private List<CompletableFuture<CreateResult>> crowd(CreateGroups groups, int count) {
        List<CompletableFuture<CreateResult>> answers = new ArrayList<>();
        int before = admission.transactions.size();
        answers.add(admit(groups));
        Awaitility.await().until(() -> admission.transactions.size() == before + 1);
        for (int i = 1; i < count; i++) {
            answers.add(admit(groups));
        }
        Awaitility.await().until(() -> groups.waiting() == count - 1);
        return answers;
    }

    /** One that is being admitted with its group, which may have come too late for some before. */
    private CompletableFuture<CreateResult> admitInAGroup(CreateGroups groups) {
        while (true) {
            CompletableFuture<CreateResult> answer = admit(groups);
            Awaitility.await().until(() -> answer.isDone() || !admission.waiting.isEmpty());
            if (!answer.isDone()) {
                return answer;
            }
        }
    }

    /** Lets the admission go on until all of them are answered. */
    private void openFor(List<CompletableFuture<CreateResult>> answers) {
        admission.open.countDown();
        Awaitility.await().until(() -> answers.stream().allMatch(CompletableFuture::isDone));
    }

    private CompletableFuture<CreateResult> admit(CreateGroups groups) {
        return admit(groups, 1);
    }

    private CompletableFuture<CreateResult> admit(CreateGroups groups, long team) {
        return CompletableFuture.supplyAsync(() -> groups.admit(create(team)), threads);
    }

    private static PendingCreate create(long team) {
        return new PendingCreate(
                new NewTask(
                        TaskId.create(Instant.parse("2026-11-26T12:00:00Z"), '0'),
                        new AuthenticatedTeam(
                                team, "t", null, 1, "key", EnumSet.allOf(Scope.class), null, false),
                        new Order(
                                new ClipRequest("a boat", "16:9", 5, false, List.of()),
                                null,
                                null,
                                "request",
                                null),
                        null));
    }

    /** Admits {@code room} creates, each transaction after a latch is open. */
    private static class SlowAdmission extends Admission {

        final CountDownLatch open = new CountDownLatch(1);
        final ConcurrentLinkedQueue<Integer> transactions = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Boolean> waiting = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<Long> teams = new ConcurrentLinkedQueue<>();
        volatile boolean blocks = true;
        volatile boolean commitsAreLost;
        volatile boolean groupsFail;
        volatile boolean refusedLately;
        volatile boolean breaks;
        volatile Long busyTeam;
        int room = Integer.MAX_VALUE;

        SlowAdmission() {
            super(null, null, null, null, null, null, null);
        }

        @Override
        CreateResult admit(PendingCreate create) {
            transactions.add(1);
            synchronized (this) {
                if (room-- <= 0) {
                    throw new ApiException(ErrorCode.TEAM_QUOTA_EXHAUSTED, "no more");
                }
            }
            return result(create);
        }

        @Override
        GroupAdmission admitAll(List<PendingCreate> creates, boolean waits) {
            transactions.add(creates.size());
            waiting.add(waits);
            creates.forEach(it -> teams.add(it.teamId()));
            boolean busy = busyTeam != null && creates.getFirst().teamId() == busyTeam;
            if (busy && !waits) {
                return new GroupAdmission(Map.of(), Set.copyOf(creates));
            }
            if (breaks) {
                throw new NoClassDefFoundError("a class is missing");
            }
            if (blocks || busy) {
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            if (commitsAreLost && creates.size() > 1) {
                creates.forEach(PendingCreate::committing);
            }
            if (groupsFail || (commitsAreLost && creates.size() > 1)) {
                throw new DataAccessResourceFailureException("the connection broke");
            }
            Map<PendingCreate, CreateResult> admitted = new HashMap<>();
            synchronized (this) {
                creates.stream()
                        .limit(Math.max(0, room))
                        .forEach(it -> admitted.put(it, result(it)));
                room -= admitted.size();
            }
            return new GroupAdmission(admitted, Set.of());
        }

        @Override
        boolean wasRefusedLately(long team) {
            return refusedLately;
        }

        private static CreateResult result(PendingCreate create) {
            return new CreateResult(create.task().id(), 65, null, null, false);
        }
    }
}
