package dev.seedgate.testing;

import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Task;
import dev.seedgate.testing.Gateway.Team;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Entry points to the assertions of the gateway's words, to be used beside AssertJ's own. */
public final class GatewayAssertions {

    private GatewayAssertions() {}

    /** What a team may spend and has spent, as it reads it now. */
    public static TeamAssert assertThat(Team team) {
        return new TeamAssert(team);
    }

    public static TaskAssert assertThat(Task task) {
        return new TaskAssert(task);
    }

    public static AnswerAssert assertThat(Answer answer) {
        return new AnswerAssert(answer);
    }

    public static JsonAssert assertThat(@Nullable JsonNode json) {
        return new JsonAssert(json);
    }
}
