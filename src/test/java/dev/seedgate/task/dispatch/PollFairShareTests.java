package dev.seedgate.task.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.task.queue.DuePollsOfTeam;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class PollFairShareTests {

    private final PollFairShare polls = new PollFairShare(Duration.ofSeconds(1));

    @Test
    void letsAFloodOfOneTeamDelayNobody() {
        List<DuePollsOfTeam> waiting =
                List.of(new DuePollsOfTeam(1, 1, 10_000), new DuePollsOfTeam(2, 1, 3));
        assertThat(polls.allocate(waiting, 6)).isEqualTo(Map.of(1L, 3, 2L, 3));
    }

    @Test
    void takesTurnsWhenThereIsOnePermitAtATime() {
        List<DuePollsOfTeam> waiting =
                List.of(new DuePollsOfTeam(1, 1, 100), new DuePollsOfTeam(2, 1, 100));
        List<Long> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.addAll(polls.allocate(waiting, 1).keySet());
        }
        assertThat(turns).containsExactly(1L, 2L, 1L, 2L, 1L, 2L);
    }

    @Test
    void givesAHeavierTeamMore() {
        List<DuePollsOfTeam> waiting =
                List.of(new DuePollsOfTeam(1, 3, 100), new DuePollsOfTeam(2, 1, 100));
        Map<Long, Integer> given = polls.allocate(waiting, 40);
        assertThat(given.get(1L)).isBetween(29, 31);
    }

    @Test
    void givesEverythingToWhoIsAlone() {
        assertThat(polls.allocate(List.of(new DuePollsOfTeam(7, 1, 5)), 10))
                .isEqualTo(Map.of(7L, 5));
        assertThat(polls.allocate(List.of(), 10)).isEmpty();
    }

    @Test
    void doesNotPunishATeamForWhatItUsedWhileAlone() {
        for (int i = 0; i < 1000; i++) {
            polls.allocate(List.of(new DuePollsOfTeam(1, 1, 10)), 10);
        }
        List<DuePollsOfTeam> both =
                List.of(new DuePollsOfTeam(1, 1, 100), new DuePollsOfTeam(2, 1, 100));
        Map<Long, Integer> given = polls.allocate(both, 20);
        assertThat(given.get(1L)).isBetween(9, 11);
    }

    @Test
    void countsAgainOnceItsCountsAreGivenAwayOrOld() {
        List<Integer> counts = new ArrayList<>();
        IntFunction<List<DuePollsOfTeam>> count =
                limit -> {
                    counts.add(limit);
                    return List.of(new DuePollsOfTeam(1, 1, limit), new DuePollsOfTeam(2, 1, 2));
                };
        assertThat(polls.allocate(4, count, 0)).isEqualTo(Map.of(1L, 2, 2L, 2));
        assertThat(polls.allocate(3, count, 1)).as("what is left").isEqualTo(Map.of(1L, 2));
        assertThat(polls.allocate(3, count, 2)).as("nothing is left").hasSize(2);
        assertThat(counts).containsExactly(4, 3);
        polls.allocate(1, count, Duration.ofSeconds(1).toNanos() + 1);
        assertThat(counts).as("not old yet").hasSize(2);
        polls.allocate(1, count, Duration.ofSeconds(1).toNanos() + 2);
        assertThat(counts).as("old").hasSize(3);
    }
}
