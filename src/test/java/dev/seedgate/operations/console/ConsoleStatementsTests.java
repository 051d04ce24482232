package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.operations.alert.AlertKind;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every page of the console asks the database: as often for 60 rows as for 3. */
class ConsoleStatementsTests {

    private static final int FEW = 3;
    // More than a page holds.
    private static final int MANY = 60;
    // A month before it is closed is the most that one page tells of.
    private static final int MOST = 32;

    /** Its figures are a second old at most and read for all who look, so some looks read none. */
    private static final Set<String> SHARED = Set.of("/console");

    @Test
    void areAsManyForSixtyRowsAsForThree() {
        try (Gateway gateway = Gateway.start(TestDatabase.create(), Gateway.shared().vendor())) {
            Rows rows = new Rows(gateway);
            rows.growTo(FEW);
            ConsoleClient admin = ConsoleClient.admin(gateway);
            List<String> patterns = ConsolePages.patterns(gateway);
            assertThat(patterns).contains("/console", "/console/tasks/{id}").containsAll(SHARED);
            Map<String, Integer> few = count(patterns, rows, admin);
            rows.growTo(MANY);
            Map<String, Integer> many = count(patterns, rows, admin);
            SHARED.forEach(it -> {
                assertThat(many.remove(it)).as(it).isLessThanOrEqualTo(MOST);
                few.remove(it);
            });
            assertThat(many).isEqualTo(few);
            many.forEach((page, count) -> System.out.println("STATEMENTS " + page + " " + count));
            assertThat(many.values()).allMatch(it -> it >= 1 && it <= MOST, "1 to " + MOST);
        }
    }

    private static Map<String, Integer> count(
            List<String> patterns, Rows rows, ConsoleClient client) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String pattern : patterns) {
            String path = rows.path(pattern);
            client.page(path);
            try (StatementCount statements = new StatementCount()) {
                Answer answer = client.get(path);
                counts.put(pattern, statements.of(answer));
            }
        }
        return counts;
    }

    /** What the pages list, so and so many of each. */
    private static final class Rows {

        private final Gateway gateway;
        private final Team team;
        private final String endpoint;
        private String task = "";
        private int made;

        Rows(Gateway gateway) {
            this.gateway = gateway;
            team = gateway.team("monthly_quota", 1_000_000);
            endpoint = ConsoleData.webhook(team);
        }

        void growTo(int count) {
            List<String> tasks = new ArrayList<>();
            for (; made < count; made++) {
                String name = "n" + made;
                gateway.team();
                gateway.key(team.slug(), Json.of("name", name));
                task =
                        team.post(
                                        Json.of(
                                                "prompt",
                                                "A kite",
                                                "aspect_ratio",
                                                "16:9",
                                                "duration",
                                                "5"),
                                        "X-Project",
                                        name)
                                .data()
                                .get("task_id")
                                .stringValue();
                tasks.add(task);
                post("/teams/" + team.slug() + "/topups", Json.of("credits", 5, "reason", name));
                post("/vendor-balance/purchases", Json.of("credits", 5, "reason", name));
                post("/admin-keys", Json.of("name", name, "role", "viewer"));
                post(
                        "/prices",
                        Json.of(
                                "effective_from",
                                LocalDate.of(2020, 1, 1).plusDays(made).toString(),
                                "currency",
                                "EUR",
                                "per_credit",
                                "0.01"));
                gateway.admin(
                        "PUT",
                        "/teams/" + team.slug() + "/projects/" + name + "/budget",
                        Json.of("monthly_credits", 1000));
                gateway.bean(Alerts.class)
                        .raise(
                                new AlertCandidate(
                                        AlertKind.QUOTA,
                                        "team:" + name,
                                        team.slug(),
                                        "80",
                                        "2026-11",
                                        false,
                                        "An alert."));
            }
            tasks.forEach(it -> gateway.vendor().fail(team.upstreamId(it), "refused"));
            tasks.forEach(it -> team.await(it, "FAILED"));
        }

        private void post(String path, String body) {
            Answer answer =
                    gateway.admin(
                            "POST", path, body, "Idempotency-Key", "k" + made + path.length());
            assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        }

        /** A page of this pattern that has rows to show. */
        String path(String pattern) {
            return ConsolePages.path(pattern, team.slug(), endpoint, task);
        }
    }
}
