package dev.seedgate.task.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.testing.TestDatabase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class TaskRowsTests {

    private static final JdbcClient JDBC =
            JdbcClient.create(new DriverManagerDataSource(TestDatabase.create().url()));

    @ParameterizedTest
    @EnumSource
    void chargesThePriceUntilItFails(Phase phase) {
        TaskSummary task = row(phase, "null");
        assertThat(task.phase()).isEqualTo(phase);
        assertThat(task.status().consumedCredits()).isEqualTo(phase == Phase.FAILED ? 0 : 260);
    }

    @ParameterizedTest
    @EnumSource
    void saysTheVendorsWordForThePhase(Phase phase) {
        assertThat(row(phase, "null").status().status())
                .isEqualTo(
                        switch (phase) {
                            case QUEUED, SUBMITTING, RENDERING, UNCERTAIN, EXPIRED -> "IN_PROGRESS";
                            case SUCCEEDED -> "SUCCESS";
                            case FAILED -> "FAILED";
                        });
    }

    @ParameterizedTest
    @EnumSource(names = {"RENDERING", "SUCCEEDED"})
    void showsAResponseOnlyWhereThereIsOne(Phase phase) {
        assertThat(row(phase, "null").status().response()).isNull();
        assertThat(row(phase, "array['https://x/y.mp4']").status().response())
                .containsExactly("https://x/y.mp4");
    }

    private static TaskSummary row(Phase phase, String response) {
        return JDBC.sql(
                        """
                        select 'id' as id, cast(:phase as text) as phase, null as project, 'p' as prompt,
                            '16:9' as aspect_ratio, 10::smallint as duration_seconds, true as sound,
                            array[]::text[] as image_urls, cast(%s as text[]) as response,
                            260::bigint as credits, null as error_message, now() as created_at
                        """
                                .formatted(response))
                .param("phase", phase.name())
                .query(TaskRows::summary)
                .single();
    }
}
