package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is stored with whom, over a transaction that says when it is done and what it stored. */
class GroupCommitTests {

    private static final Duration LONGEST_REST = Duration.ofMillis(20);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch open = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<List<Integer>> groups = new ConcurrentLinkedQueue<>();
    private final Rest rest = new Rest(() -> 0, System::nanoTime, LONGEST_REST, 1);
    private final ConcurrentLinkedQueue<Long> rests = new ConcurrentLinkedQueue<>();
    private final Set<Integer> left = new HashSet<>();
    private volatile boolean fails;

    @AfterEach
    void stop() {
        open.countDown();
        threads.close();
    }

    @Test
    void storesWhatWaitsTogetherAndNoMoreThanAGroupAtATime() {
        GroupCommit<Integer> commit = new GroupCommit<>(4, rest, this::store);
        List<CompletableFuture<Boolean>> answers = crowd(commit, 10);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        open.countDown();
        assertThat(answers).allMatch(CompletableFuture::join);
        assertThat(groups.stream().map(List::size)).containsExactly(1, 4, 4, 1);
        assertThat(groups.stream().flatMap(List::stream)).doesNotHaveDuplicates().hasSize(10);
        assertThat(commit.store(10)).as("alone, and at once").isTrue();
    }

    @Test
    void tellsEachWhetherItWasStored() {
        GroupCommit<Integer> commit = new GroupCommit<>(16, rest, this::store);
        left.addAll(List.of(0, 3));
        List<CompletableFuture<Boolean>> answers = crowd(commit, 6);
        open.countDown();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).join()).isEqualTo(!left.contains(i));
        }
    }

    @Test
    void letsEachGoAloneWhenTheGroupFailsAndGoesOnWithTheNext() {
        GroupCommit<Integer> commit = new GroupCommit<>(4, rest, this::store);
        List<CompletableFuture<Boolean>> answers = crowd(commit, 10);
        fails = true;
        open.countDown();
        assertThat(answers).noneMatch(CompletableFuture::join);
        assertThat(commit.waiting()).isZero();
        fails = false;
        assertThat(commit.store(10)).isTrue();
    }

    @Test
    void makesNoGroupsOfOne() {
        assertThat(new GroupCommit<>(1, rest, this::store).store(0)).isFalse();
        assertThat(groups).isEmpty();
    }

    @Test
    void restsBeforeTheNextGroupSoThatMoreJoinIt() {
        CountDownLatch rested = new CountDownLatch(1);
        GroupCommit<Integer> commit =
                new GroupCommit<>(
                        8,
                        rest,
                        this::store,
                        nanos -> {
                            rests.add(nanos);
                            if (rests.size() == 2) {
                                await(rested);
                            }
                        });
        crowd(commit, 3);
        assertThat(rests).as("of the first").allMatch(it -> it <= 0).hasSize(1);
        open.countDown();
        Awaitility.await().until(() -> rests.size() == 2);
        CompletableFuture<Boolean> late =
                CompletableFuture.supplyAsync(() -> commit.store(3), threads);
        Awaitility.await().until(() -> commit.waiting() == 2);
        rested.countDown();
        assertThat(late.join()).isTrue();
        assertThat(groups.stream().map(Set::copyOf)).containsExactly(Set.of(0), Set.of(1, 2, 3));
        assertThat(rests).allMatch(it -> it <= LONGEST_REST.toNanos());
    }

    @Test
    void doesNotRestWhileAWholeGroupWaits() {
        GroupCommit<Integer> commit = new GroupCommit<>(4, rest, this::store, rests::add);
        List<CompletableFuture<Boolean>> answers = crowd(commit, 10);
        open.countDown();
        assertThat(answers).allMatch(CompletableFuture::join);
        assertThat(rests).as("before the first and the last").hasSize(2);
    }

    /** One that is being stored, and all others behind it. */
    private List<CompletableFuture<Boolean>> crowd(GroupCommit<Integer> commit, int count) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int item = i;
            answers.add(CompletableFuture.supplyAsync(() -> commit.store(item), threads));
            int behind = i;
            Awaitility.await().until(() -> !groups.isEmpty() && commit.waiting() == behind);
        }
        return answers;
    }

    private Set<Integer> store(List<Integer> group) {
        groups.add(group);
        await(open);
        if (fails) {
            throw new IllegalStateException("the database is away");
        }
        Set<Integer> stored = new HashSet<>(group);
        stored.removeAll(left);
        return stored;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
