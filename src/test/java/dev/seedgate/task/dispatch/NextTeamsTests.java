package dev.seedgate.task.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the teams whose turn is next are looked for; each look finds others. */
class NextTeamsTests {

    private static final int MOST = 20;
    private static final long KEPT = 1000;

    private final List<List<Long>> looks = new ArrayList<>();
    private final NextTeams teams = new NextTeams(MOST, Duration.ofNanos(KEPT), this::look);

    @BeforeEach
    void beginWithABacklog() {
        teams.claimed(8, true);
    }

    @Test
    void areNotLookedForBeforeAClaimLeavesSomething() {
        NextTeams quiet = new NextTeams(MOST, Duration.ofNanos(KEPT), this::look);
        assertThat(quiet.get(8, 0)).isEmpty();
        quiet.claimed(7, false);
        assertThat(quiet.get(8, 0)).isEmpty();
        assertThat(looks).isEmpty();
    }

    @Test
    void areRightForAsManyTasksAsThereAreTeams() {
        for (int claim = 0; claim < 5; claim++) {
            assertThat(teams.get(8, 0)).isEqualTo(looks.getLast());
            teams.claimed(8, true);
        }
        // Of twenty teams two claims of eight.
        assertThat(looks).hasSize(3);
    }

    @Test
    void areForgottenAfterAWhile() {
        teams.get(1, 5);
        teams.claimed(1, true);
        teams.get(1, 4 + KEPT);
        assertThat(looks).hasSize(1);
        assertThat(teams.get(1, 5 + KEPT)).isEqualTo(looks.get(1));
    }

    @Test
    void areForgottenWhenNothingMoreWaits() {
        teams.get(8, 0);
        teams.claimed(0, false);
        assertThat(teams.get(8, 0)).isEmpty();
        teams.claimed(8, true);
        assertThat(teams.get(8, 0)).isEqualTo(looks.get(1));
    }

    private List<Long> look(int most) {
        long first = 100L * looks.size();
        looks.add(LongStream.range(first, first + most).boxed().toList());
        return looks.getLast();
    }
}
