package dev.seedgate.vendor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clips, from the status to the bytes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClipsTests {

    private SandboxServer sandbox;

    @BeforeAll
    void start() {
        sandbox = SandboxServer.start();
    }

    @AfterAll
    void stop() {
        sandbox.close();
    }

    @BeforeEach
    void now() {
        sandbox.database().shiftTime(Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({
        "16:9,5,false,1.7778",
        "16:9,5,true,1.7778",
        "16:9,10,false,1.7778",
        "16:9,10,true,1.7778",
        "9:16,5,false,0.5625",
        "9:16,5,true,0.5625",
        "9:16,10,false,0.5625",
        "9:16,10,true,0.5625",
        "1:1,5,false,1",
        "1:1,5,true,1",
        "1:1,10,false,1",
        "1:1,10,true,1"
    })
    void rendersWhatWasOrdered(String ratio, String duration, boolean sound, double shape)
            throws Exception {
        HttpResponse<byte[]> clip = sandbox.download(rendered(ratio, duration, sound));
        assertThat(clip.statusCode()).isEqualTo(200);
        assertThat(clip.headers().firstValue("Content-Type")).hasValue("video/mp4");
        assertThat(clip.headers().firstValue("Accept-Ranges")).hasValue("bytes");
        assertThat(clip.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age");
        assertThat(clip.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isEqualTo(clip.body().length)
                .isLessThan(60 * 1024);
        Mp4 mp4 = Mp4.read(clip.body());
        assertThat(mp4.boxes().getFirst()).isEqualTo("ftyp");
        // Playing starts before the whole file is there only with the index in front.
        assertThat(mp4.boxes()).containsSubsequence("moov", "mdat");
        assertThat(mp4.seconds()).isCloseTo(Double.parseDouble(duration), within(0.1));
        assertThat((double) mp4.width() / mp4.height()).isCloseTo(shape, within(0.001));
        assertThat(mp4.handlers()).contains("vide");
        assertThat(mp4.handlers().contains("soun")).isEqualTo(sound);
    }

    @Test
    void servesPartsAsPlayersAskForThem() throws Exception {
        String link = rendered("16:9", "5", false);
        byte[] whole = sandbox.download(link).body();
        HttpResponse<byte[]> part = sandbox.download(link, "Range", "bytes=100-299");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range"))
                .hasValue("bytes 100-299/" + whole.length);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, 100, 300));
        assertThat(sandbox.download(link, "Range", "bytes=9999999-").statusCode()).isEqualTo(416);
    }

    @Test
    void hasNoClipBeforeTheRenderIsDone() throws Exception {
        String link = rendered("16:9", "5", false);
        sandbox.database().shiftTime(Duration.ZERO);
        assertThat(sandbox.download(link).statusCode()).isEqualTo(404);
    }

    private String rendered(String ratio, String duration, boolean sound) {
        String id = sandbox.order("a market at night", ratio, duration, sound);
        sandbox.database().shiftTime(Duration.ofSeconds(9));
        return sandbox.status(id).path("response").get(0).stringValue();
    }
}
