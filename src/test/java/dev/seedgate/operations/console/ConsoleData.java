package dev.seedgate.operations.console;

import static dev.seedgate.testing.GatewayAssertions.assertThat;

import dev.seedgate.operations.alert.AlertKind;
import dev.seedgate.operations.alert.Alerts;
import dev.seedgate.operations.alert.Alerts.AlertCandidate;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A gateway with teams and tasks in every phase, for pages that show something. */
public record ConsoleData(
        Gateway gateway,
        Team studio,
        Team social,
        String uncertain,
        String succeeded,
        String endpoint)
        implements AutoCloseable {

    private static final List<String> PROMPTS =
            List.of(
                    "A red kite over the sea at dusk, slow pan from below",
                    "Two ceramic cups on a wooden table, steam rising, morning light",
                    "Close-up of rain on a window, neon signs out of focus behind it",
                    "A paper boat going down a gutter in autumn");

    static ConsoleData make() {
        FakeVendor vendor = FakeVendor.start();
        Gateway gateway = Gateway.start(TestDatabase.create(), vendor);
        Team studio =
                gateway.team(
                        "name",
                        "Studio",
                        "monthly_quota",
                        5000,
                        "max_in_flight",
                        20,
                        "cost_center",
                        "CC-7");
        Team social =
                gateway.team(
                        "name", "Social media", "monthly_quota", 400, "generate_per_minute", 60);
        gateway.team("name", "Research and development of very long names for teams");
        gateway.admin(
                "POST",
                "/vendor-balance/purchases",
                Json.of("credits", 20000, "reason", "first purchase"),
                "Idempotency-Key",
                "first");
        gateway.admin(
                "POST",
                "/teams/" + studio.slug() + "/topups",
                Json.of("credits", 500, "reason", "for the fair"),
                "Idempotency-Key",
                "fair");
        String endpoint = webhook(studio);
        gateway.admin("POST", "/admin-keys", Json.of("name", "deploy", "role", "operator"));
        gateway.bean(Alerts.class)
                .raise(
                        new AlertCandidate(
                                AlertKind.QUOTA,
                                "team:" + social.slug(),
                                social.slug(),
                                "80",
                                "2026-11",
                                false,
                                "Social media has used 80 % of its monthly quota."));
        gateway.admin(
                "PATCH", "/teams/" + social.slug(), Json.of("monthly_quota", 500, "weight", 2));
        String succeeded = "";
        for (int i = 0; i < 6; i++) {
            succeeded = create(studio, PROMPTS.get(i % PROMPTS.size()), "film");
            gateway.vendor()
                    .finishCharging(
                            studio.upstreamId(succeeded),
                            65,
                            "https://cdn.seedance.example/clips/" + i + ".mp4");
            studio.await(succeeded, "SUCCEEDED");
        }
        String failed = create(social, "A logo that spins", null);
        vendor.fail(social.upstreamId(failed), "The prompt was refused by the content check.");
        social.await(failed, "FAILED");
        vendor.onGenerate(vendor.acceptAndReset());
        String uncertain = create(studio, PROMPTS.get(1), "film");
        studio.await(uncertain, "UNCERTAIN");
        for (int i = 0; i < 3; i++) {
            social.upstreamId(create(social, PROMPTS.get(i), "reels"));
        }
        gateway.admin("POST", "/upstream/pause", Json.of("reason", "to have some wait"));
        create(studio, PROMPTS.get(3), "film");
        gateway.admin("POST", "/upstream/resume", null);
        return new ConsoleData(gateway, studio, social, uncertain, succeeded, endpoint);
    }

    /** One more task without an outcome, which may be refunded. */
    String uncertain(Team team, String prompt) {
        gateway.vendor().onGenerate(gateway.vendor().acceptAndReset());
        String task = create(team, prompt, null);
        team.await(task, "UNCERTAIN");
        gateway.database()
                .execute("update work set leased_until = null where task_id = '" + task + "'");
        return task;
    }

    /**
     * An endpoint in the own network, which is refused at each try, so that there is something to
     * see.
     */
    public static String webhook(Team team) {
        Answer made =
                team.gateway()
                        .call(
                                "POST",
                                "/api/webhooks",
                                team.key(),
                                Json.of("url", "https://127.0.0.1/secret-path"));
        assertThat(made).hasStatus(201);
        return made.data().get("id").asString();
    }

    private static String create(Team team, String prompt, @Nullable String project) {
        return team.post(
                        Json.of("prompt", prompt, "aspect_ratio", "16:9", "duration", "5"),
                        project == null ? new String[0] : new String[] {"X-Project", project})
                .data()
                .get("task_id")
                .stringValue();
    }

    @Override
    public void close() {
        gateway.close();
        gateway.vendor().close();
    }
}
