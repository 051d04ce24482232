package dev.seedgate.task.clip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.net.URI;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The sandbox's clips, which are in this very process: no other internal address is as good. */
class SandboxClipTests {

    @Test
    void handsOutTheSandboxesClips() {
        handsOutClips(Gateway.sandbox(), "http://127.0.0.1:");
    }

    @Test
    void handsThemOutBehindAPublicUrl() {
        String publicUrl = "https://video.example.org/gate";
        try (FakeVendor nobody = FakeVendor.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                nobody,
                                "seedgate.upstream-api-key=",
                                "seedgate.upstream-base-url=",
                                "seedgate.sandbox-render-time=0s",
                                "seedgate.public-url=" + publicUrl)) {
            handsOutClips(gateway, publicUrl);
        }
    }

    private static void handsOutClips(Gateway gateway, String place) {
        Team team = gateway.team();
        String task = team.create("a clip");
        team.await(task, "SUCCEEDED");
        HttpResponse<byte[]> clip =
                ClipDeliveryTests.read(gateway, "GET", "/api/tasks/" + task + "/clip", team.key());
        assertThat(clip.statusCode()).isEqualTo(200);
        assertThat(new String(clip.body(), 4, 4, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("ftyp");
        Answer link = gateway.call("POST", "/api/tasks/" + task + "/clip/link", team.key(), null);
        URI url = URI.create(link.data().get("url").stringValue());
        assertThat(url.toString()).startsWith(place);
        String path = "/clips/" + task + "?" + url.getRawQuery();
        HttpResponse<byte[]> part =
                ClipDeliveryTests.read(gateway, "GET", path, "", "Range", "bytes=0-99");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).hasSize(100);
    }

    @Test
    void goesNowhereElseInside() {
        Gateway gateway = Gateway.sandbox();
        try (FakeMedia media = FakeMedia.start()) {
            Team team = gateway.team();
            String task = team.create("a clip");
            team.await(task, "SUCCEEDED");
            gateway.database()
                    .execute(
                            "update task set response = array['%s'] where id = '%s'"
                                    .formatted(media.url(), task));
            assertThat(team.get("/api/tasks/" + task + "/clip").status()).isEqualTo(404);
            assertThat(media.requests()).isEmpty();
        }
    }
}
