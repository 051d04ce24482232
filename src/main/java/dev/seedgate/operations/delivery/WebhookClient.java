package dev.seedgate.operations.delivery;

import dev.seedgate.platform.values.ExternalAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * The HTTP client for receivers. A receiver's name is resolved once a try, the address that it
 * leads to is checked, and that address is connected to; TLS still checks the name. No redirect is
 * followed, no proxy is used that nobody asked for, and little of an answer is read.
 */
public final class WebhookClient implements AutoCloseable {

    static final InetAddressFilter EXTERNAL = ExternalAddresses.FILTER;

    private static final int MOST_READ = 1024;
    private static final int MOST_CONNECTIONS = 1000;
    private static final Http1Config LIMITED =
            Http1Config.custom().setMaxHeaderCount(100).setMaxLineLength(8192).build();

    // A path is one long secret with some receivers, some words and a secret with others.
    private static final int SHORTEST_SECRET = 6;

    private static final Pattern PARTS = Pattern.compile("[/&=;]");

    /** What no table takes and no list shows. */
    private static final Pattern UNSHOWN = Pattern.compile("[\\p{Cc}\\p{Cs}&&[^\\n\\t]]");

    private final Duration timeout;
    private final String internalSetting;
    private final Clock clock;
    private final CloseableHttpClient client;

    /**
     * @param connectTimeout until the receiver has taken the connection
     * @param timeout of a try, from the name's look-up to the answer
     * @param internal whether receivers may be inside the own network
     * @param internalSetting the variable that says so
     */
    public WebhookClient(
            Duration connectTimeout,
            Duration timeout,
            boolean internal,
            String internalSetting,
            Clock clock) {
        this(
                connectTimeout,
                timeout,
                internalSetting,
                clock,
                SystemDefaultDnsResolver.INSTANCE,
                internal ? InetAddressFilter.all() : EXTERNAL);
    }

    WebhookClient(
            Duration connectTimeout,
            Duration timeout,
            String internalSetting,
            Clock clock,
            DnsResolver names,
            InetAddressFilter allowed) {
        this.timeout = timeout;
        this.internalSetting = internalSetting;
        this.clock = clock;
        client = client(names, allowed, connectTimeout, timeout);
    }

    /**
     * The URL, if it is one to send to: absolute, with a host and without user info; https, or http
     * where receivers may be inside.
     */
    public static Optional<URI> url(String text, boolean internal) {
        try {
            URI url = new URI(text);
            boolean secure = "https".equalsIgnoreCase(url.getScheme());
            boolean plain = internal && "http".equalsIgnoreCase(url.getScheme());
            return (secure || plain) && url.getHost() != null && url.getUserInfo() == null
                    ? Optional.of(url)
                    : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private static CloseableHttpClient client(
            DnsResolver names,
            InetAddressFilter allowed,
            Duration connectTimeout,
            Duration timeout) {
        return new HttpComponentsHttpClientBuilder()
                .withDnsResolver(names)
                .withConnectionManagerCustomizer(connections ->
                        connections
                                .setConnectionFactory(
                                        ManagedHttpClientConnectionFactory.builder()
                                                .http1Config(LIMITED)
                                                .build())
                                // The engine bounds how many are sent at once, to whomever.
                                .setMaxConnPerRoute(MOST_CONNECTIONS)
                                .setMaxConnTotal(MOST_CONNECTIONS))
                .withDefaultRequestConfigCustomizer(requests ->
                        requests.setConnectionRequestTimeout(Timeout.of(timeout))
                                .setResponseTimeout(Timeout.of(timeout))
                                // Not to be asked whether it may ask for another protocol.
                                .setProtocolUpgradeEnabled(false))
                .withCustomizer(http ->
                        // The system's proxy settings are for others.
                        http.setRoutePlanner(new DefaultRoutePlanner(null))
                                // Each try is a connection of its own, and so is checked.
                                .setConnectionReuseStrategy((_, _, _) -> false)
                                .disableAutomaticRetries()
                                .disableRedirectHandling()
                                .disableCookieManagement()
                                .disableAuthCaching()
                                .disableContentCompression()
                                .setUserAgent("Seedgate"))
                .build(
                        HttpClientSettings.defaults()
                                .withRedirects(HttpRedirects.DONT_FOLLOW)
                                .withTimeouts(connectTimeout, timeout)
                                .withInetAddressFilter(allowed));
    }

    /** Sends it once. Throws, with what to show people, when no answer comes. */
    public WebhookAnswer send(WebhookMessage message) throws IOException {
        HttpPost post = new HttpPost(message.url());
        long timestamp = clock.instant().getEpochSecond();
        post.setHeader("webhook-id", message.id());
        post.setHeader("webhook-timestamp", timestamp);
        if (!message.secrets().isEmpty()) {
            post.setHeader(
                    "webhook-signature",
                    WebhookSigner.sign(message.secrets(), message.id(), timestamp, message.body()));
        }
        post.setEntity(new StringEntity(message.body(), ContentType.APPLICATION_JSON));
        // The client's time-outs are between two packets; a receiver that drips would have no end.
        CompletableFuture<Void> deadline =
                CompletableFuture.runAsync(
                        post::cancel,
                        CompletableFuture.delayedExecutor(
                                timeout.toMillis(), TimeUnit.MILLISECONDS));
        try {
            // Not with a handler, which would read an answer to its end.
            ClassicHttpResponse answer = client.executeOpen(null, post, null);
            return new WebhookAnswer(answer.getCode(), beginning(answer, message.url()));
        } catch (FilteredHostException e) {
            throw new IOException(
                    "its name leads to an internal address, and %s is not set"
                            .formatted(internalSetting),
                    e);
        } catch (IOException e) {
            // Whichever is first: the client's own time-out between two packets is as long.
            if (post.isCancelled() || e instanceof SocketTimeoutException) {
                throw new IOException("no answer within " + timeout, e);
            }
            throw e;
        } finally {
            deadline.cancel(false);
            // Closes the connection at once; to close the answer would read the rest of it.
            post.cancel();
        }
    }

    /** Without what it repeats of the URL. */
    private static String beginning(ClassicHttpResponse answer, URI url) {
        HttpEntity entity = answer.getEntity();
        if (entity == null) {
            return "";
        }
        // So much more that no secret is cut in two, which would then not be seen for one.
        byte[] read = new byte[MOST_READ + url.toString().length()];
        int length = 0;
        try {
            InputStream content = entity.getContent();
            int more = 0;
            while (more >= 0 && length < read.length) {
                length += more;
                more = content.read(read, length, read.length - length);
            }
        } catch (IOException _) {
            // Its status was told; a body that comes late, or not whole, changes nothing.
        }
        String text = new String(read, 0, length, StandardCharsets.UTF_8);
        for (String secret : secrets(url)) {
            text = text.replace(secret, "…");
        }
        return UNSHOWN.matcher(text.substring(0, Math.min(MOST_READ, text.length())))
                .replaceAll(" ");
    }

    /**
     * The parts of the URL behind its host, as they are written and as they are read, longest
     * first.
     */
    private static List<String> secrets(URI url) {
        return Stream.of(url.getRawPath(), url.getPath(), url.getRawQuery(), url.getQuery())
                .filter(Objects::nonNull)
                .flatMap(part -> Stream.concat(Stream.of(part), PARTS.splitAsStream(part)))
                .filter(part -> part.length() >= SHORTEST_SECRET)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
