package dev.seedgate.vendor.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FakeVendor.Reaction;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.Content;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.SubmitAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What proxies make of the vendor's answers on their way: an id or a clip that stands in one is
 * found, however it is wrapped.
 */
class ProxiedAnswersTests {

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final String URL = "https://cdn.example/a.mp4";
    private static final String SUCCESS =
            "{\"code\":200,\"message\":\"success\",\"data\":{\"task_id\":\"t\",\"status\":\"SUCCESS\","
                    + "\"response\":[\""
                    + URL
                    + "\"],\"consumed_credits\":65}}";

    private final FakeVendor fake = FakeVendor.start();
    private final UpstreamFixture gateway = UpstreamFixture.of(DATABASE, fake);

    /** A way to change an answer's head or its bytes. */
    record Way(String name, Step step) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Step {
        byte[] of(byte[] body, Head head) throws IOException;
    }

    private record Head(StringBuilder interim, StringBuilder fields) {}

    private static final List<Way> PACKINGS =
            List.of(
                    new Way("gzip", (body, head) -> said(head, "gzip", gzip(body))),
                    new Way("x-gzip", (body, head) -> said(head, "x-gzip", gzip(body))),
                    new Way("gzip, not said", (body, _) -> gzip(body)),
                    new Way(
                            "gzip twice",
                            (body, head) -> said(head, "gzip, gzip", gzip(gzip(body)))),
                    new Way("zlib", (body, head) -> said(head, "deflate", deflate(body, false))),
                    new Way("deflate", (body, head) -> said(head, "deflate", deflate(body, true))),
                    new Way("gzip, only said", (body, head) -> said(head, "gzip", body)),
                    new Way("deflate, only said", (body, head) -> said(head, "deflate", body)),
                    new Way("unpacked, name unknown", (body, head) -> said(head, "zstd", body)));

    private static final List<Way> WRAPPINGS =
            List.of(
                    new Way("byte order mark", (body, _) -> both("\ufeff", body, "")),
                    new Way("UTF-16", (body, _) -> text(body).getBytes(StandardCharsets.UTF_16)),
                    new Way(
                            "UTF-16LE",
                            (body, _) -> text(body).getBytes(StandardCharsets.UTF_16LE)),
                    new Way("text behind", (body, _) -> both("", body, "\n<!-- cached --> }")),
                    new Way("blanks in front", (body, _) -> both("\r\n\t ", body, "")),
                    new Way("prefix", (body, _) -> both(")]}',\n", body, "")),
                    new Way("callback", (body, _) -> both("callback(", body, ");")),
                    new Way("NaN", (body, _) -> changed(body, "65", "NaN")),
                    new Way("a comma too many", (body, _) -> changed(body, "\"}}", "\",}}")),
                    new Way("a comment", (body, _) -> changed(body, ",\"data\"", "/*x*/,\"data\"")),
                    new Way(
                            "some MB in front",
                            (body, _) ->
                                    changed(
                                            body,
                                            "{\"code\"",
                                            "{\"debug\":[{\"q\":\""
                                                    + "x".repeat(2_000_000)
                                                    + "\"}],\"code\"")),
                    new Way(
                            "many values in front",
                            (body, _) ->
                                    changed(
                                            body,
                                            "{\"code\"",
                                            "{\"debug\":["
                                                    + "[1],".repeat(300_000)
                                                    + "1],\"code\"")),
                    new Way(
                            "a long number",
                            (body, _) ->
                                    changed(
                                            body,
                                            "{\"code\"",
                                            "{\"n\":" + "9".repeat(20_000) + ",\"code\"")));

    private static final List<Way> HEADS =
            List.of(
                    new Way(
                            "102",
                            (body, head) -> interim(head, "HTTP/1.1 102 Processing\r\n\r\n", body)),
                    new Way(
                            "103",
                            (body, head) ->
                                    interim(
                                            head,
                                            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
                                            body)),
                    new Way(
                            "100",
                            (body, head) -> interim(head, "HTTP/1.1 100 Continue\r\n\r\n", body)),
                    new Way(
                            "many",
                            (body, head) ->
                                    interim(head, "HTTP/1.1 102 P\r\n\r\n".repeat(50), body)),
                    new Way(
                            "a long head",
                            (body, head) -> {
                                head.fields().append("X-Policy: " + "p".repeat(30_000) + "\r\n");
                                return body;
                            }),
                    new Way(
                            "another type",
                            (body, head) -> {
                                head.fields()
                                        .append("Content-Type: text/html; charset=nonsense\r\n");
                                return body;
                            }));

    @BeforeEach
    void forgetPauses() {
        DATABASE.execute("truncate upstream_pause, upstream_budget");
    }

    @AfterEach
    void close() {
        gateway.close();
        fake.close();
    }

    static Stream<Way> ways() {
        return Stream.of(PACKINGS, WRAPPINGS, HEADS).flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void findsTheIdOfAPaidCreate(Way way) throws IOException {
        fake.onGenerate(through(FakeVendor.accepted("paid"), List.of(way)));
        assertPaid(gateway.submit(), way.name());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void findsTheClip(Way way) throws IOException {
        fake.onStatus(through(SUCCESS, List.of(way)));
        assertClip(gateway.poll("t"), way.name());
    }

    @Test
    void findsThemThroughProxiesInARow() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Way> row = new ArrayList<>();
            for (List<Way> kind : List.of(WRAPPINGS, PACKINGS, HEADS)) {
                row.add(kind.get(random.nextInt(kind.size())));
            }
            fake.onGenerate(through(FakeVendor.accepted("paid"), row));
            assertPaid(gateway.submit(), seed + " " + row);
            fake.onStatus(through(SUCCESS, row));
            assertClip(gateway.poll("t"), seed + " " + row);
        }
    }

    @Test
    void unpacksNoBombButReadsHowItBegins() throws IOException {
        byte[] zeros = new byte[200_000_000];
        byte[] body = FakeVendor.accepted("paid").getBytes(StandardCharsets.UTF_8);
        byte[] bomb = gzip(both(text(body), zeros, ""));
        assertThat(bomb).hasSizeLessThan(250_000);
        fake.onGenerate(raw(new Head(new StringBuilder(), new StringBuilder()), bomb));
        SubmitAnswer answer = gateway.submit();
        assertPaid(answer, "bomb");
        assertThat(answer.evidence()).contains("cut short");
        byte[] only = gzip(new byte[200_000_000]);
        Content.Decoded unpacked = Content.decode(only, "gzip", 1_000_000);
        assertThat(unpacked.whole()).isFalse();
        assertThat(unpacked.content().length()).isEqualTo(1_000_000);
    }

    @Test
    void keepsFewLargeAnswersAtOnceAndOfTheOthersTheBeginning() {
        byte[] body = both(FakeVendor.accepted("paid"), new byte[5_000_000], "");
        Head head = new Head(new StringBuilder(), new StringBuilder());
        List<SubmitAnswer> answers =
                IntStream.range(0, 8)
                        .mapToObj(_ -> {
                            fake.onGenerate(raw(head, body));
                            return gateway.submit();
                        })
                        .toList();
        assertThat(answers).hasSize(8).allSatisfy(it -> assertPaid(it, "large"));
    }

    private static void assertPaid(SubmitAnswer answer, String way) {
        assertThat(answer)
                .as(way)
                .isInstanceOfSatisfying(
                        SubmitAnswer.Accepted.class,
                        it -> assertThat(it.upstreamTaskId()).isEqualTo("paid"));
    }

    private static void assertClip(PollAnswer answer, String way) {
        assertThat(answer)
                .as(way)
                .isInstanceOfSatisfying(
                        PollAnswer.Succeeded.class,
                        it -> assertThat(it.urls()).as(way).containsExactly(URL));
    }

    private static Reaction through(String body, List<Way> ways) throws IOException {
        Head head = new Head(new StringBuilder(), new StringBuilder());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (Way way : ways) {
            bytes = way.step().of(bytes, head);
        }
        return raw(head, bytes);
    }

    private static Reaction raw(Head head, byte[] body) {
        return (_, connection) -> {
            connection.write(head.interim() + "HTTP/1.1 200 OK\r\n" + head.fields());
            connection.write("Content-Length: " + body.length + "\r\n\r\n");
            OutputStream out = connection.socket().getOutputStream();
            out.write(body);
            out.flush();
        };
    }

    private static byte[] interim(Head head, String text, byte[] body) {
        head.interim().append(text);
        return body;
    }

    private static byte[] said(Head head, String coding, byte[] body) {
        head.fields().append("Content-Encoding: " + coding + "\r\n");
        return body;
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        }
        return packed.toByteArray();
    }

    private static byte[] deflate(byte[] body, boolean raw) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, raw);
        try (OutputStream out = new DeflaterOutputStream(packed, deflater)) {
            out.write(body);
        } finally {
            deflater.end();
        }
        return packed.toByteArray();
    }

    private static byte[] both(String before, byte[] body, String after) {
        byte[] first = before.getBytes(StandardCharsets.UTF_8);
        byte[] last = after.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(first, first.length + body.length + last.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        System.arraycopy(last, 0, all, first.length + body.length, last.length);
        return all;
    }

    private static byte[] changed(byte[] body, String from, String to) {
        return text(body).replace(from, to).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
