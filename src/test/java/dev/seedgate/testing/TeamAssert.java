package dev.seedgate.testing;

import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions of a team's credits. They are read once for each {@code assertThat}, so what is said
 * of them in one chain was true at one time.
 */
public final class TeamAssert extends AbstractAssert<TeamAssert, Team> {

    private @Nullable Answer credits;

    TeamAssert(Team team) {
        super(team, TeamAssert.class);
    }

    /** Credits charged on this month's quota, held ones too, less refunds. */
    public TeamAssert hasUsed(long credits) {
        return has("used", credits);
    }

    public TeamAssert hasInFlight(long tasks) {
        return has("in_flight", tasks);
    }

    /** Top-ups that are not spent, in credits. */
    public TeamAssert hasTopUps(long credits) {
        return has("top_ups", credits);
    }

    /** Credits that it can still spend, of its quota and of its top-ups. */
    public TeamAssert hasRemaining(long credits) {
        return has("remaining", credits);
    }

    private TeamAssert has(String field, long expected) {
        if (credits == null) {
            credits = actual.get("/api/credits");
        }
        if (!JsonAssert.isNumber(credits.json().path("data").get(field), expected)) {
            failWithMessage(
                    "Expected team %s to have %s = %d, but its credits are:%n  %s",
                    actual.slug(), field, expected, credits);
        }
        return this;
    }
}
