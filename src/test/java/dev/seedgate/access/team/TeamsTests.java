package dev.seedgate.access.team;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lists of teams for one who may see some, or none: SQL has no empty list. */
class TeamsTests {

    private static final Gateway gateway = Gateway.shared();

    @Test
    void findsTheseAndNoOthers() {
        Teams teams = gateway.bean(Teams.class);
        List<TeamDetails> made =
                Stream.of(gateway.team(), gateway.team(), gateway.team())
                        .map(team -> teams.get(team.slug()))
                        .sorted((one, other) -> one.slug().compareTo(other.slug()))
                        .toList();
        List<Long> ids = made.stream().map(TeamDetails::id).toList();
        List<String> slugs = made.stream().map(TeamDetails::slug).toList();
        assertThat(teams.byIds(ids)).containsOnlyKeys(ids).containsValues(made.getFirst());
        assertThat(teams.bySlugs(slugs)).isEqualTo(made);
        assertThat(teams.list(TeamScope.of(ids), null, 3).items()).isEqualTo(made);
        assertThat(teams.list(TeamScope.of(ids), slugs.getFirst(), 1).items())
                .isEqualTo(made.subList(1, 2));
    }

    @Test
    void findsNoneOfNone() {
        Teams teams = gateway.bean(Teams.class);
        gateway.team();
        assertThat(teams.byIds(List.of())).isEmpty();
        assertThat(teams.bySlugs(List.of())).isEmpty();
        assertThat(teams.list(TeamScope.of(List.of()), null, 3).items()).isEmpty();
    }
}
