package dev.seedgate.task.order;

import static dev.seedgate.platform.values.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.seedgate.platform.values.ErrorCode.INVALID_ASPECT_RATIO;
import static dev.seedgate.platform.values.ErrorCode.INVALID_DURATION;
import static dev.seedgate.platform.values.ErrorCode.INVALID_IDEMPOTENCY_KEY;
import static dev.seedgate.platform.values.ErrorCode.INVALID_IMAGE_URLS;
import static dev.seedgate.platform.values.ErrorCode.INVALID_PROMPT;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.INVALID_SOUND;
import static dev.seedgate.platform.values.ErrorCode.PAYLOAD_TOO_LARGE;
import static dev.seedgate.platform.values.ErrorCode.TEAM_QUOTA_EXHAUSTED;
import static dev.seedgate.platform.values.ErrorCode.UNSUPPORTED_MEDIA_TYPE;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a create may say, by the contract: all of it is checked before anything is charged. */
@NullUnmarked
class GenerateTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String REST = ",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}";
    private static final String IMAGE = "https://cdn.example.com/a.png";
    private static final Gateway gateway = Gateway.shared();
    private static final Team team = gateway.team();

    // Whatever this team sends is refused.
    private final Team refused = gateway.team();

    /** What is not in flight can't be sent either. */
    @AfterEach
    void refusedCreatesChargeAndSendNothing() {
        assertThat(refused).hasUsed(0).hasInFlight(0);
    }

    static final List<List<String>> CLEANED_PROMPTS =
            List.of(
                    List.of("  a cat \\t\\n", "a cat"),
                    List.of("one\\r\\ntwo\\rthree\\nfour\\tfive", "one\ntwo\nthree\nfour\tfive"),
                    List.of("\\r\\n\\r\\nmiddle\\r\\r", "middle"),
                    List.of("\\u2003wide\\u3000", "wide"),
                    List.of(
                            "\\u00a0kept, as strip keeps it\\u00a0",
                            "\u00a0kept, as strip keeps it\u00a0"),
                    List.of("\\ud83d\\ude00 by escapes", "😀 by escapes"),
                    List.of("Zoë, 猫, 👩‍👩‍👧", "Zoë, 猫, 👩‍👩‍👧"),
                    List.of(
                            "\\\"quoted\\\" \\\\ ' ; drop table task; -- {{x}} <b>",
                            "\"quoted\" \\ ' ; drop table task; -- {{x}} <b>"),
                    List.of("x".repeat(1000), "x".repeat(1000)),
                    List.of("😀".repeat(1000), "😀".repeat(1000)),
                    List.of(" ".repeat(3000) + "padded", "padded"));

    @ParameterizedTest
    @FieldSource("CLEANED_PROMPTS")
    void storesEchoesAndSendsTheCleanedPrompt(List<String> prompt) {
        String task = accepted("{\"prompt\":\"" + prompt.getFirst() + "\"" + REST);
        assertThat(request(task)).has("prompt", prompt.getLast());
        assertThat(sent(task)).has("prompt", prompt.getLast());
    }

    static final List<String> BAD_PROMPTS =
            List.of(
                    "\"\"",
                    "\" \\t\\r\\n \"",
                    "\"" + "x".repeat(1001) + "\"",
                    "\"" + "😀".repeat(1001) + "\"",
                    "\"a refused create \\u0000\"",
                    "\"a refused create \\u000b\"",
                    "\"a refused create \\u001f\"",
                    "\"a refused create \\u001b[0m\"",
                    "\"a refused create \\u007f\"",
                    "\"a refused create \\u0080\"",
                    "\"\\u0085a refused create\"",
                    "\"a refused create \u009f\"",
                    "\"a refused create \\ud800\"",
                    "\"a refused create \\udc00 x\"",
                    "\"a refused create \\ude00\\ud83d\"",
                    "null",
                    "5",
                    "true",
                    "[\"a refused create\"]",
                    "{\"text\":\"a refused create\"}");

    @ParameterizedTest
    @FieldSource("BAD_PROMPTS")
    void refusesABadPrompt(String prompt) {
        refuses("{\"prompt\":" + prompt + REST, 400, INVALID_PROMPT, "prompt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"generate_audio\":true,\"image_url\":\"x\"|generate_audio, image_url",
                "\"seed\":null|seed",
                "\"\":1|?",
                "\"a\\r\\nSet-Cookie: b\":1,\"x,y\":2,\"\u00e9\":3|a??Set-Cookie:?b, x?y, ?",
            })
    void namesTheFieldsThatItIgnores(String fields, String header) {
        Answer answer =
                gateway.team()
                        .post(
                                "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\",%s}"
                                        .formatted(fields));
        assertThat(answer).hasStatus(200).hasHeader("X-Ignored-Fields", header);
    }

    @Test
    void boundsTheNamesOfIgnoredFields() {
        Team team = gateway.team();
        String many =
                IntStream.range(0, 500)
                        .mapToObj(i -> "\"" + "n".repeat(90) + i + "\":1")
                        .collect(Collectors.joining(","));
        String order = "{\"prompt\":\"p\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"%s}";
        String header = team.post(order.formatted("," + many)).header("X-Ignored-Fields");
        assertThat(header).endsWith(", ...").hasSizeLessThan(1000);
        assertThat(header.split(", ")).hasSize(21);
        assertThat(team.post(order.formatted(""))).hasNoHeader("X-Ignored-Fields");
    }

    @Test
    void refusesAMissingPrompt() {
        refuses(Json.of("aspect_ratio", "16:9", "duration", "5"), 400, INVALID_PROMPT, "prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"16:9", "9:16", "1:1"})
    void takesTheThreeAspectRatiosWithAndWithoutImages(String ratio) {
        String known = "\"aspect_ratio\":\"" + ratio + "\"";
        String plain = accepted(body(known));
        String withImage = accepted(body(known + ",\"image_urls\":[\"" + IMAGE + "\"]"));
        assertThat(sent(plain)).has("aspect_ratio", ratio);
        assertThat(sent(withImage)).has("aspect_ratio", ratio);
        assertThat(request(withImage)).has("aspect_ratio", ratio);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"4:3\"",
                "\"\"",
                "\" 16:9\"",
                "\"16:9 \"",
                "null",
                "5",
                "true",
                "[]",
                "{}"
            })
    void refusesAnyOtherAspectRatioUnlessThereAreImages(String ratio) {
        String field = "\"aspect_ratio\":" + ratio;
        refuses(refusedBody(field), 400, INVALID_ASPECT_RATIO, "aspect_ratio");
        refuses(
                refusedBody(field + ",\"image_urls\":[]"),
                400,
                INVALID_ASPECT_RATIO,
                "aspect_ratio");
        String task = accepted(body(field + ",\"image_urls\":[\"" + IMAGE + "\"]"));
        assertThat(request(task)).has("aspect_ratio", "16:9");
        assertThat(sent(task)).has("aspect_ratio", "16:9");
    }

    @ParameterizedTest
    @CsvSource({"'\"5\"',5,65", "'\"10\"',10,130", "5,5,65", "10,10,130"})
    void takesTheDurationAsTextOrNumber(String given, String understood, long credits) {
        String task =
                accepted(
                        Json.of("prompt", "x", "aspect_ratio", "1:1", "duration", Json.raw(given)));
        assertThat(request(task).get("duration")).isEqualTo(JSON.valueToTree(understood));
        assertThat(sent(task).get("duration")).isEqualTo(JSON.valueToTree(understood));
        assertThat(team.status(task)).hasConsumed(credits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"7\"",
                "\"\"",
                "\" 5\"",
                "\"5 \"",
                "\"05\"",
                "\"5.0\"",
                "\"٥\"",
                "\"5s\"",
                "6",
                "5.5",
                "-5",
                "0",
                "1e999",
                "1e99",
                "123456789012345678901234567890",
                "null",
                "true",
                "[]",
                "[\"5\"]",
                "{}"
            })
    void refusesAnyOtherDuration(String duration) {
        String body = "{\"prompt\":\"a refused create\",\"aspect_ratio\":\"1:1\",\"duration\":";
        refuses(body + duration + "}", 400, INVALID_DURATION, "duration");
    }

    @ParameterizedTest
    @CsvSource({"null,false,65", "false,false,65", "true,true,130"})
    void alwaysSendsSoundExplicitly(String given, boolean understood, long credits) {
        String task = accepted("{\"prompt\":\"x\",\"sound\":" + given + REST);
        assertThat(sent(task)).has("sound", understood);
        assertThat(request(task)).has("sound", understood);
        assertThat(team.status(task)).hasConsumed(credits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "\"\"", "0", "1", "[]", "{}"})
    void refusesASoundThatIsNoBoolean(String sound) {
        refuses(
                "{\"prompt\":\"a refused create\",\"sound\":" + sound + REST,
                400,
                INVALID_SOUND,
                "sound");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]"})
    void takesNoImagesForAbsent(String none) {
        String task = accepted("{\"prompt\":\"x\",\"image_urls\":" + none + REST);
        assertThat(request(task).has("image_urls")).isFalse();
        assertThat(sent(task).has("image_urls")).isFalse();
    }

    static final List<String> GOOD_URLS =
            List.of(
                    IMAGE,
                    "HTTP://EXAMPLE.COM",
                    "http://127.0.0.1:8080/a?b=c&d=%20#e",
                    "https://[2001:db8::1]:8443/a.png",
                    "https://my_bucket.s3.example.com/a.png",
                    "http://a_b:8080/a.png",
                    "https://cdn.example.com/Zoë/猫.png",
                    "https://cdn.example.com/" + "x".repeat(2048 - 24));

    @ParameterizedTest
    @FieldSource("GOOD_URLS")
    void keepsImageUrlsAsTheyAre(String url) {
        String task =
                accepted(
                        "{\"prompt\":\"x\",\"image_urls\":[\"%s\",\"%s\",\"%s\",\"%s\"]"
                                        .formatted(url, IMAGE, url, url)
                                + REST);
        JsonNode urls = JSON.valueToTree(List.of(url, IMAGE, url, url));
        assertThat(request(task).get("image_urls")).isEqualTo(urls);
        assertThat(sent(task).get("image_urls")).isEqualTo(urls);
    }

    @ParameterizedTest
    @CsvSource({
        "https://b\u00fccher.example/a.png, https://xn--bcher-kva.example/a.png",
        "https://\u4f8b\u3048.\u30c6\u30b9\u30c8:8443/\u732b?q#f, https://xn--r8jz45g.xn--zckzah:8443/\u732b?q#f",
        "HTTP://B\u00dcCHER.EXAMPLE/A.png, HTTP://xn--bcher-kva.EXAMPLE/A.png",
        "https://\u0645\u062b\u0627\u0644.\u0625\u062e\u062a\u0628\u0627\u0631/a, https://xn--mgbh0fb.xn--kgbechtv/a",
        "https://xn--bcher-kva.example, https://xn--bcher-kva.example",
        "https://b\u00fccher\u3002example/a, https://xn--bcher-kva.example/a",
    })
    void takesInternationalHostsAsTheNameSystemKnowsThem(String url, String ascii) {
        String task = accepted("{\"prompt\":\"x\",\"image_urls\":[\"" + url + "\"]" + REST);
        JsonNode urls = JSON.valueToTree(List.of(ascii));
        assertThat(request(task).get("image_urls")).isEqualTo(urls);
        assertThat(sent(task).get("image_urls")).isEqualTo(urls);
    }

    static final List<String> BAD_URLS =
            List.of(
                    "\"" + IMAGE + "\"",
                    "{}",
                    "true",
                    "[null]",
                    "[5]",
                    "[[\"" + IMAGE + "\"]]",
                    "[\"\"]",
                    "[\" " + IMAGE + "\"]",
                    "[\"/a.png\"]",
                    "[\"//cdn.example.com/a.png\"]",
                    "[\"cdn.example.com/a.png\"]",
                    "[\"ftp://cdn.example.com/a.png\"]",
                    "[\"file:///etc/passwd\"]",
                    "[\"data:image/png;base64,AAAA\"]",
                    "[\"javascript:alert(1)\"]",
                    "[\"http:a.png\"]",
                    "[\"http://\"]",
                    "[\"http:///a.png\"]",
                    "[\"http://:80/a.png\"]",
                    "[\"https://user@cdn.example.com/a.png\"]",
                    "[\"https://user:password@cdn.example.com/a.png\"]",
                    "[\"https://@cdn.example.com/a.png\"]",
                    "[\"https://user@my_bucket.example.com/a.png\"]",
                    "[\"https://cdn.example.com/a b.png\"]",
                    "[\"https://fa\u00df.example/a.png\"]",
                    "[\"https://user@b\u00fccher.example/a.png\"]",
                    "[\"https://b\u00fccher_x.example/a.png\"]",
                    "[\"https://b\u00fccher..example/a.png\"]",
                    "[\"https://b\u00fc cher.example/a.png\"]",
                    "[\"https://" + "\u00fc".repeat(70) + ".example/a.png\"]",
                    "[\"https://b\u00fccher.example:x/a.png\"]",
                    "[\"https://cdn.example.com/a\\n.png\"]",
                    "[\"https://cdn.example.com/\\u0000.png\"]",
                    "[\"https://cdn.example.com/\\ud800.png\"]",
                    "[\"https://cdn.example.com/" + "x".repeat(2049 - 24) + "\"]",
                    "[" + ("\"" + IMAGE + "\",").repeat(4) + "\"" + IMAGE + "\"]",
                    "[\"" + IMAGE + "\",\"ftp://cdn.example.com/a.png\"]");

    @ParameterizedTest
    @FieldSource("BAD_URLS")
    void refusesBadImageUrls(String urls) {
        refuses(
                "{\"prompt\":\"a refused create\",\"image_urls\":" + urls + REST,
                400,
                INVALID_IMAGE_URLS,
                "image_urls");
    }

    @Test
    void forwardsNoFieldItDoesNotKnow() {
        String task =
                accepted(
                        "{\"callback_url\":\"http://x\",\"seed\":{\"deep\":[1]},\"Prompt\":\"y\",\"prompt\":\"x\""
                                + REST);
        assertThat(sent(task)).isEqualTo(JSON.readTree("{\"prompt\":\"x\",\"sound\":false" + REST));
        assertThat(request(task)).isEqualTo(sent(task));
    }

    static final List<String> NO_OBJECTS =
            List.of(
                    "",
                    " ",
                    "null",
                    "5",
                    "\"text\"",
                    "[]",
                    "[{\"prompt\":\"a refused create\"" + REST + "]",
                    "{",
                    "{\"prompt\":\"a refused create\"",
                    "{'prompt':'a refused create'}",
                    "{\"prompt\":\"a refused create\"" + REST + "}",
                    "{\"prompt\":\"a refused create\"" + REST + " {}",
                    "{\"prompt\":\"a refused\ncreate\"" + REST,
                    "{\"prompt\":NaN" + REST,
                    "\ufeff{\"prompt\":\"a refused create\"" + REST,
                    "{\"deep\":"
                            + "[".repeat(10_000)
                            + "]".repeat(10_000)
                            + ",\"prompt\":\"a refused create\""
                            + REST,
                    "{\"deep\":"
                            + "{\"a\":".repeat(10_000)
                            + "1"
                            + "}".repeat(10_000)
                            + ",\"prompt\":\"a refused create\""
                            + REST,
                    "{\"" + "n".repeat(50_000) + "\":1,\"prompt\":\"a refused create\"" + REST,
                    "{\"number\":"
                            + "9".repeat(50_000)
                            + ",\"prompt\":\"a refused create\""
                            + REST);

    @ParameterizedTest
    @FieldSource("NO_OBJECTS")
    void refusesABodyThatIsNoJsonObject(String body) {
        refuses(body, 400, INVALID_REQUEST, "body");
    }

    @Test
    void refusesOtherEncodingsThanUtf8() throws IOException {
        String body = "{\"prompt\":\"a refused create: é\"" + REST;
        for (byte[] bytes :
                List.of(
                        body.getBytes(StandardCharsets.ISO_8859_1),
                        body.getBytes(StandardCharsets.UTF_16),
                        body.getBytes(StandardCharsets.UTF_16LE))) {
            refuses(
                    send(BodyPublishers.ofByteArray(bytes), "Content-Type", "application/json"),
                    400,
                    INVALID_REQUEST,
                    "body");
        }
        refuses(
                send(
                        BodyPublishers.ofByteArray(gzip(body)),
                        "Content-Type",
                        "application/json",
                        "Content-Encoding",
                        "gzip"),
                415,
                UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding");
        refuses(
                send(
                        BodyPublishers.ofString(body),
                        "Content-Type",
                        "application/json",
                        "Content-Encoding",
                        "br"),
                415,
                UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;charset=iso-8859-1",
                "application/json; charset=utf-16",
                "application/json; charset=no-such",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/xml",
                "application/vnd.api+json",
                "json",
                "*/*",
                "application/*"
            })
    void refusesOtherContentTypesThanJsonInUtf8(String type) {
        refuses(
                send(
                        BodyPublishers.ofString(refusedBody("\"aspect_ratio\":\"1:1\"")),
                        "Content-Type",
                        type),
                415,
                UNSUPPORTED_MEDIA_TYPE,
                "");
    }

    @Test
    void refusesABodyWithoutContentType() {
        refuses(
                send(BodyPublishers.ofString(refusedBody("\"aspect_ratio\":\"1:1\""))),
                415,
                UNSUPPORTED_MEDIA_TYPE,
                "Content-Type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;charset=UTF-8",
                "application/json; charset=\"utf-8\"",
                "APPLICATION/JSON"
            })
    void takesJsonHoweverItIsNamed(String type) {
        HttpRequest.Builder request =
                gateway.request("/api/generate")
                        .header("Authorization", "Bearer " + team.key())
                        .header("Content-Type", type);
        assertThat(
                        gateway.send(
                                request.POST(
                                                BodyPublishers.ofString(
                                                        body("\"aspect_ratio\":\"1:1\"")))
                                        .build()))
                .hasStatus(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {65 * 1024, 5 << 20, 50 << 20})
    void refusesALargeBodyAnnouncedOrNot(int size) {
        byte[] body = new byte[size];
        java.util.Arrays.fill(body, (byte) ' ');
        refuses(
                send(BodyPublishers.ofByteArray(body), "Content-Type", "application/json"),
                413,
                PAYLOAD_TOO_LARGE,
                "65536");
        refuses(
                send(
                        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                        "Content-Type",
                        "application/json"),
                413,
                PAYLOAD_TOO_LARGE,
                "65536");
    }

    @Test
    void takesAnOrdinaryBodyInChunks() {
        byte[] body = body("\"aspect_ratio\":\"1:1\"").getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request =
                gateway.request("/api/generate")
                        .header("Authorization", "Bearer " + team.key())
                        .header("Content-Type", "application/json");
        assertThat(
                        gateway.send(
                                request.POST(
                                                BodyPublishers.ofInputStream(
                                                        () -> new ByteArrayInputStream(body)))
                                        .build()))
                .hasStatus(200);
    }

    @Test
    void answersInTheVendorsEnvelopeAndTellsTheCredits() {
        Team limited = gateway.team("monthly_quota", 100);
        Answer answer = limited.generate("x");
        assertThat(answer.json().propertyNames()).containsExactly("code", "message", "data");
        assertThat(answer.json()).has("code", 200).has("message", "success");
        assertThat(answer.data().propertyNames()).containsExactly("task_id");
        assertThat(answer)
                .hasHeader("Content-Type", "application/json")
                .hasHeader("X-Credits-Charged", "65")
                .hasHeader("X-Credits-Remaining", "35");
        assertThat(answer.header("X-Request-Id")).isNotBlank();
        assertThat(answer).hasNoHeader("Idempotent-Replayed");
        assertThat(team.generate("x")).hasNoHeader("X-Credits-Remaining");
    }

    @Test
    void replaysACreateByItsIdempotencyKeyHoweverItIsWritten() {
        Team limited = gateway.team("monthly_quota", 100);
        Answer first =
                limited.post("{\"prompt\":\"two\\r\\nlines \"" + REST, "Idempotency-Key", "a-key");
        Answer again =
                limited.post(
                        Json.of(
                                "duration",
                                5,
                                "image_urls",
                                List.of(),
                                "sound",
                                null,
                                "aspect_ratio",
                                "16:9",
                                "prompt",
                                " two\nlines",
                                "more",
                                1),
                        "Idempotency-Key",
                        "a-key");
        assertThat(again).hasStatus(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again)
                .hasHeader("X-Credits-Charged", "65")
                .hasHeader("Idempotent-Replayed", "true")
                .hasNoHeader("X-Credits-Remaining");
        assertThat(limited).hasUsed(65);
    }

    @Test
    void refusesAnIdempotencyKeyForAnotherBodyOrProject() {
        Team own = gateway.team();
        String first = own.generate("x", "Idempotency-Key", "k", "X-Project", "p").body();
        assertReused(own.generate("y", "Idempotency-Key", "k", "X-Project", "p"));
        assertReused(own.generate("x", "Idempotency-Key", "k", "X-Project", "q"));
        assertReused(own.generate("x", "Idempotency-Key", "k"));
        assertReused(
                own.post(
                        "{\"prompt\":\"x\",\"sound\":true" + REST,
                        "Idempotency-Key",
                        "k",
                        "X-Project",
                        "p"));
        assertThat(own.generate("x", "Idempotency-Key", "k", "X-Project", "p").body())
                .isEqualTo(first);
        assertThat(own.generate("x", "Idempotency-Key", "K", "X-Project", "p"))
                .hasNoHeader("Idempotent-Replayed");
        assertThat(gateway.team().generate("y", "Idempotency-Key", "k"))
                .hasNoHeader("Idempotent-Replayed");
        assertThat(own).hasUsed(130);
    }

    private static void assertReused(Answer answer) {
        refuses(answer, 422, IDEMPOTENCY_KEY_REUSED, "Idempotency-Key");
    }

    @Test
    void keepsTheIdempotencyKeysOfTeamsApart() {
        Team one = gateway.team();
        Team other = gateway.team();
        Answer here = one.generate("the same words", "Idempotency-Key", "shared");
        Answer there = other.generate("the same words", "Idempotency-Key", "shared");
        assertThat(there).hasStatus(200).hasNoHeader("Idempotent-Replayed");
        assertThat(there.data()).isNotEqualTo(here.data());
    }

    @Test
    void storesNoIdempotencyKeyOfARefusedCreate() {
        Team poor = gateway.team("monthly_quota", 64);
        refuses(
                poor.generate("x", "Idempotency-Key", "k"),
                402,
                TEAM_QUOTA_EXHAUSTED,
                "65 credits");
        refuses(poor.post("{}", "Idempotency-Key", "k"), 400, INVALID_PROMPT, "prompt");
        gateway.admin(
                "POST",
                "/teams/" + poor.slug() + "/topups",
                Json.of("credits", 1),
                "Idempotency-Key",
                "one");
        Answer accepted = poor.generate("another", "Idempotency-Key", "k");
        assertThat(accepted)
                .hasStatus(200)
                .hasNoHeader("Idempotent-Replayed")
                .hasHeader("X-Credits-Remaining", "0");
    }

    static final List<String> BAD_KEYS = List.of("", "a key", "é", "a\tb", "k".repeat(256));

    @ParameterizedTest
    @FieldSource("BAD_KEYS")
    void refusesABadIdempotencyKey(String key) {
        String answer = raw(refused, "Idempotency-Key: " + key);
        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_IDEMPOTENCY_KEY\"", "Idempotency-Key");
    }

    @Test
    void takesAnIdempotencyKeyOfAnyVisibleAscii() {
        assertThat(team.generate("x", "Idempotency-Key", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"))
                .hasStatus(200);
        assertThat(team.generate("x", "Idempotency-Key", "k".repeat(255))).hasStatus(200);
        refuses(
                refused.generate(
                        "a refused create", "Idempotency-Key", "a", "Idempotency-Key", "b"),
                400,
                INVALID_IDEMPOTENCY_KEY,
                "once");
    }

    static final List<String> BAD_PROJECTS = List.of("", "a b", "a/b", "é", "a,b", "p".repeat(65));

    @ParameterizedTest
    @FieldSource("BAD_PROJECTS")
    void refusesABadProject(String project) {
        String answer = raw(refused, "X-Project: " + project);
        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("\"error\":\"INVALID_PROJECT\"", "X-Project");
    }

    @Test
    void takesTheProjectOfTheRequestElseOfTheKey() {
        String key = gateway.key(team.slug(), Json.of("name", "farm", "project", "farm.1_a-B"));
        Team farm = new Team(gateway, team.slug(), key);
        String longest = "p".repeat(64);
        assertThat(project(farm.generate("x"))).isEqualTo("farm.1_a-B");
        assertThat(project(farm.generate("x", "X-Project", longest))).isEqualTo(longest);
        assertThat(team.task(team.create("x")).json()).hasNull("project");
    }

    private static String project(Answer created) {
        return team.task(created.data().get("task_id").stringValue()).get("project").stringValue();
    }

    private static String raw(Team caller, String header) {
        String body = refusedBody("\"aspect_ratio\":\"1:1\"");
        return gateway.raw(
                caller.rawCreate("Content-Length: %d\r\n%s".formatted(body.length(), header))
                        + body);
    }

    private Answer send(BodyPublisher body, String... headers) {
        HttpRequest.Builder request =
                gateway.request("/api/generate").header("Authorization", "Bearer " + refused.key());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return gateway.send(request.POST(body).build());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static String body(String more) {
        return "{\"prompt\":\"x\",\"duration\":\"5\"," + more + "}";
    }

    private static String refusedBody(String more) {
        return "{\"prompt\":\"a refused create\",\"duration\":\"5\"," + more + "}";
    }

    private static String accepted(String body) {
        Answer answer = team.post(body);
        assertThat(answer).hasStatus(200);
        return answer.data().get("task_id").stringValue();
    }

    private void refuses(String body, int status, ErrorCode error, String said) {
        refuses(refused.post(body), status, error, said);
    }

    private static void refuses(Answer answer, int status, ErrorCode error, String said) {
        assertThat(answer).hasStatus(status).hasError(error).says(said);
    }

    private static JsonNode request(String task) {
        return team.status(task).get("request");
    }

    /** What the vendor got for a task. */
    private static JsonNode sent(String task) {
        return gateway.vendor().order(team.upstreamId(task));
    }
}
