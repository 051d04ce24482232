package dev.seedgate.operations.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.FakeVendor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.http.client.InetAddressFilter;

/** Alerts go where they were meant to, and nowhere inside. */
class WebhookClientTests {

    private static final Duration LONG = Duration.ofSeconds(10);

    private static FakeVendor receiver;

    @BeforeAll
    static void start() {
        receiver = FakeVendor.start();
    }

    @AfterAll
    static void stop() {
        receiver.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "198.18.0.1",
                "::1",
                "::",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::8.8.8.8",
                "64:ff9b:1::1",
                "2002:a00:1::1",
                "2001:0:1::1",
                "2001:db8::1"
            })
    void takesInternalAddressesForInternal(String address) throws UnknownHostException {
        assertThat(WebhookClient.EXTERNAL.matches(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111"})
    void takesOthersForExternal(String address) throws UnknownHostException {
        assertThat(WebhookClient.EXTERNAL.matches(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "2130706433",
                "0x7f000001",
                "0",
                "[::1]",
                "[::ffff:7f00:1]",
                "[::127.0.0.1]"
            })
    void connectsToNothingInside(String host) {
        int connections = receiver.connections();
        URI url = URI.create(receiver.baseUrl().replace("127.0.0.1", host) + "/api/generate");
        assertThatThrownBy(() ->
                        send(
                                webhook(
                                        url,
                                        LONG,
                                        SystemDefaultDnsResolver.INSTANCE,
                                        WebhookClient.EXTERNAL)))
                .isInstanceOf(IOException.class)
                .message()
                .containsAnyOf("leads to an internal address", host);
        assertThat(receiver.connections()).isEqualTo(connections);
    }

    /** The name is asked for once a try, and what it led to is what is connected to. */
    @Test
    void isNotFooledByANameThatChanges() throws Exception {
        Queue<String> addresses = new ArrayDeque<>(List.of("127.0.0.1", "127.0.0.2", "127.0.0.1"));
        AtomicInteger asked = new AtomicInteger();
        DnsResolver rebinding =
                names(() -> {
                    asked.incrementAndGet();
                    return addresses.remove();
                });
        // 127.0.0.1 stands for the world, all else is inside.
        Receiver webhook =
                webhook(
                        URI.create(at("hooks.example")),
                        LONG,
                        rebinding,
                        InetAddressFilter.of("127.0.0.1/32"));
        int before = receiver.generates().size();
        receiver.onGenerate(FakeVendor.answer(200, "ok"));
        send(webhook);
        assertThat(asked).hasValue(1);
        assertThat(receiver.generates()).hasSize(before + 1);
        assertThat(receiver.generates().getLast().headers().get("host"))
                .startsWith("hooks.example:");
        assertThatThrownBy(() -> send(webhook)).hasMessageContaining("internal address");
        assertThat(asked).hasValue(2);
        assertThat(receiver.generates()).hasSize(before + 1);
        receiver.onGenerate(FakeVendor.answer(204, ""));
        send(webhook);
        assertThat(receiver.generates()).hasSize(before + 2);
    }

    @Test
    void followsNoRedirectAndAsksNoProxy() {
        receiver.onGenerate(FakeVendor.redirect(receiver.baseUrl() + "/elsewhere"));
        int before = receiver.requests().size();
        Properties asItWas = (Properties) System.getProperties().clone();
        System.setProperty("http.proxyHost", "127.0.0.9");
        System.setProperty("http.nonProxyHosts", "");
        try {
            assertThatThrownBy(() -> send(inside(LONG))).hasMessageStartingWith("HTTP 302");
        } finally {
            System.setProperties(asItWas);
        }
        assertThat(receiver.requests()).hasSize(before + 1);
    }

    @Test
    void leavesAReceiverThatDrips() {
        receiver.onGenerate(receiver.drip(Duration.ofMillis(10)));
        receiver.onGenerate(receiver.stall());
        // Read to its end the first would take a quarter of an hour; its head says that it is well.
        assertThat(sent(inside(Duration.ofSeconds(1)))).isNull();
        assertThat(sent(inside(Duration.ofMillis(500)))).contains("no answer within PT0.5S");
        receiver.onGenerate((_, connection) -> {
            connection.write("HTTP/1.1 500 X\r\nContent-Length: 100000\r\n\r\n");
            while (true) {
                Thread.sleep(10);
                connection.write(" ");
            }
        });
        assertThat(sent(inside(Duration.ofMillis(500)))).startsWith("HTTP 500");
    }

    @Test
    void readsLittleOfAnAnswer() {
        receiver.onGenerate(FakeVendor.answer(400, Map.of(), "x".repeat(100_000)));
        assertThat(sent(inside(LONG))).isEqualTo("HTTP 400 " + "x".repeat(200));
        receiver.onGenerate(FakeVendor.answer(200, Map.of("X-Long", "x".repeat(100_000)), "ok"));
        assertThat(sent(inside(LONG))).isNotNull();
        receiver.onGenerate(
                FakeVendor.answer(200, Map.of("X-Lines", "1\r\nX: 1".repeat(1000)), "ok"));
        assertThat(sent(inside(LONG))).isNotNull();
    }

    /** Who knows the path may write there; a receiver may repeat it, also where the text is cut. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "no /T012/B345secret678/api/generate?token=xoxb-1; no …?…",
                "B345secret678 is unknown; … is unknown",
                "xoxb-1; …",
                "bad token=xoxb-1; bad …"
            })
    void showsNothingOfTheUrlsPath(String answer, String shown) {
        URI url = URI.create(receiver.baseUrl() + "/T012/B345secret678/api/generate?token=xoxb-1");
        String padding = "x".repeat(195);
        receiver.onGenerate(
                FakeVendor.answer(404, answer), FakeVendor.answer(404, padding + answer));
        assertThat(sent(webhook(url))).isEqualTo("HTTP 404 " + shown);
        assertThat(sent(webhook(url))).startsWith("HTTP 404 " + padding).doesNotContain("B345s");
    }

    /** Nobody vouches for a certificate that the receiver made itself. */
    @Test
    void checksWhoAnswersBehindTls(@TempDir Path folder) throws Exception {
        try (SelfSigned server = SelfSigned.start(folder)) {
            Receiver webhook =
                    webhook(
                            URI.create("https://localhost:" + server.port() + "/"),
                            LONG,
                            SystemDefaultDnsResolver.INSTANCE,
                            InetAddressFilter.all());
            assertThatThrownBy(() -> send(webhook)).isInstanceOf(javax.net.ssl.SSLException.class);
        }
    }

    /** The example of the standard's own libraries. */
    @Test
    void signsAsTheStandardDoes() {
        assertThat(
                        WebhookSigner.sign(
                                List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                1614265330,
                                "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void makesSecretsThatAreSome() {
        assertThat(WebhookSigner.isSecret(WebhookSigner.newSecret())).isTrue();
        assertThat(WebhookSigner.newSecret()).isNotEqualTo(WebhookSigner.newSecret());
    }

    private static String at(String host) {
        return receiver.baseUrl().replace("127.0.0.1", host) + "/hook/api/generate";
    }

    private static Receiver inside(Duration timeout) {
        return webhook(
                URI.create(at("127.0.0.1")),
                timeout,
                SystemDefaultDnsResolver.INSTANCE,
                InetAddressFilter.all());
    }

    private static Receiver webhook(URI url) {
        return webhook(url, LONG, SystemDefaultDnsResolver.INSTANCE, InetAddressFilter.all());
    }

    private static Receiver webhook(
            URI url, Duration timeout, DnsResolver names, InetAddressFilter allowed) {
        return new Receiver(
                url,
                new WebhookClient(
                        timeout, timeout, "THE_SETTING", Clock.systemUTC(), names, allowed));
    }

    private static void send(Receiver webhook) throws IOException {
        WebhookAnswer answer =
                webhook.client().send(new WebhookMessage("1", webhook.url(), List.of(), "{}"));
        if (!answer.accepted()) {
            throw new IOException(answer.summary());
        }
    }

    private record Receiver(URI url, WebhookClient client) {}

    /** What went wrong, null when nothing did. */
    private static @Nullable String sent(Receiver webhook) {
        try (WebhookClient _ = webhook.client()) {
            send(webhook);
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static DnsResolver names(java.util.function.Supplier<String> address) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return new InetAddress[] {InetAddress.getByName(address.get())};
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }
}
