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
import java.util.List;
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

    @AfterEach
    void stop() {
        admission.open.countDown();
        threads.close();
    }

    @Test
    void admitsWhatWaitsTogetherAndNoMoreThanAGroupAtATime() {
        CreateGroups groups = new CreateGroups(admission, 4, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 10);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        admission.open.countDown();
        assertThat(answers.stream().map(it -> it.join().task()).distinct()).hasSize(10);
        assertThat(admission.transactions).containsExactly(1, 4, 4, 1);
    }

    @Test
    void letsNoTeamWaitForAnother() {
        CreateGroups groups = new CreateGroups(admission, 4, FOR_EVER);
        List<CompletableFuture<CreateResult>> crowd = crowd(groups, 3);
        admission.blocks = false;
        assertThat(groups.admit(create(2))).isNotNull();
        assertThat(crowd).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void admitsEachAloneWhenOneOfThemIsRefused() {
        admission.room = 3;
        CreateGroups groups = new CreateGroups(admission, 16, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 6);
        admission.open.countDown();
        Awaitility.await().until(() -> answers.stream().allMatch(CompletableFuture::isDone));
        List<CompletableFuture<CreateResult>> refused =
                answers.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
        assertThat(refused).hasSize(3);
        assertThatThrownBy(() -> refused.getFirst().join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.TEAM_QUOTA_EXHAUSTED));
        assertThat(groups.waiting(1)).isZero();
    }

    /** A group that may be stored is never tried again: each would be made twice. */
    @Test
    void triesNoneAgainWhenTheAnswerToTheCommitIsLost() {
        CreateGroups groups = new CreateGroups(admission, 16, FOR_EVER);
        List<CompletableFuture<CreateResult>> answers = crowd(groups, 5);
        admission.commitsAreLost = true;
        admission.open.countDown();
        Awaitility.await().until(() -> answers.stream().allMatch(CompletableFuture::isDone));
        assertThat(answers.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(4);
        assertThat(admission.transactions).containsExactly(1, 4);
        assertThatThrownBy(() -> answers.getLast().join())
                .hasCauseInstanceOf(DataAccessResourceFailureException.class);
    }

    @Test
    void letsGoWhoWaitsTooLongAndWhoFindsTooManyWaiting() {
        CreateGroups groups = new CreateGroups(admission, 2, Duration.ofMillis(1));
        CompletableFuture<CreateResult> first = admit(groups);
        Awaitility.await().until(() -> admission.transactions.size() == 1);
        admission.blocks = false;
        assertThat(admit(groups).join()).as("alone, after a millisecond").isNotNull();
        assertThat(first).isNotDone();
        assertThat(groups.waiting(1)).isZero();

        admission.blocks = true;
        CreateGroups crowded = new CreateGroups(admission, 2, FOR_EVER);
        crowd(crowded, 1 + 2 * 8);
        admission.blocks = false;
        assertThat(crowded.admit(create(1))).as("no room behind the others").isNotNull();
    }

    @Test
    void groupsNothingOfATeamThatWasRefusedLately() {
        CreateGroups groups = new CreateGroups(admission, 16, FOR_EVER);
        crowd(groups, 2);
        admission.refusedLately = true;
        admission.blocks = false;
        assertThat(groups.admit(create(1))).isNotNull();
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
        Awaitility.await().until(() -> groups.waiting(1) == count - 1);
        return answers;
    }

    private CompletableFuture<CreateResult> admit(CreateGroups groups) {
        return CompletableFuture.supplyAsync(() -> groups.admit(create(1)), threads);
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
        volatile boolean blocks = true;
        volatile boolean commitsAreLost;
        volatile boolean refusedLately;
        int room = Integer.MAX_VALUE;

        SlowAdmission() {
            super(null, null, null, null, null, null, null);
        }

        @Override
        CreateResult admit(PendingCreate create) {
            return store(List.of(create)).getFirst();
        }

        @Override
        List<CreateResult> admitAll(List<PendingCreate> creates) {
            return store(creates);
        }

        @Override
        boolean wasRefusedLately(long team) {
            return refusedLately;
        }

        private List<CreateResult> store(List<PendingCreate> creates) {
            transactions.add(creates.size());
            if (blocks) {
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            synchronized (this) {
                if (creates.size() > room) {
                    throw new ApiException(ErrorCode.TEAM_QUOTA_EXHAUSTED, "no more");
                }
                room -= creates.size();
            }
            if (commitsAreLost && creates.size() > 1) {
                creates.forEach(PendingCreate::committing);
                throw new DataAccessResourceFailureException("the connection broke");
            }
            return creates.stream()
                    .map(it -> new CreateResult(it.task().id(), 65, null, null, false))
                    .toList();
        }
    }
}
