package dev.seedgate.operations.alert;

import dev.seedgate.platform.values.ExternalAddresses;
import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
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
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * The HTTP client for the receiver of alerts. Its name is resolved once a try, the address that it
 * leads to is checked, and that address is connected to; TLS still checks the name. No redirect is
 * followed, no proxy is used that nobody asked for, and little of an answer is read.
 */
final class Webhook implements AutoCloseable {

    static final InetAddressFilter EXTERNAL = ExternalAddresses.FILTER;

    // Enough for a word of explanation.
    private static final int MOST_READ = 200;
    private static final Http1Config LIMITED =
            Http1Config.custom().setMaxHeaderCount(100).setMaxLineLength(8192).build();

    // A path is one long secret with some receivers, some words and a secret with others.
    private static final int SHORTEST_SECRET = 6;

    private static final Pattern PARTS = Pattern.compile("[/&=;]");

    private final URI url;
    private final List<String> secrets;
    private final @Nullable WebhookSigner signature;
    private final Duration timeout;
    private final Clock clock;
    private final CloseableHttpClient client;

    Webhook(
            URI url,
            @Nullable WebhookSigner signature,
            Duration timeout,
            Clock clock,
            DnsResolver names,
            InetAddressFilter allowed) {
        this.url = url;
        secrets = secrets(url);
        this.signature = signature;
        this.timeout = timeout;
        this.clock = clock;
        client = client(names, allowed, timeout);
    }

    /** The configured one, or null when none is. */
    static @Nullable Webhook of(AlertSettings settings, Clock clock) {
        if (!settings.sends()) {
            return null;
        }
        boolean internal = settings.alertWebhookAllowInternal();
        return new Webhook(
                url(String.valueOf(settings.alertWebhookUrl()).strip(), internal),
                WebhookSigner.of(settings),
                settings.alertWebhookTimeout(),
                clock,
                SystemDefaultDnsResolver.INSTANCE,
                internal ? InetAddressFilter.all() : EXTERNAL);
    }

    /** Its text is not shown: with some receivers whoever knows it may write to them. */
    private static URI url(String text, boolean internal) {
        try {
            URI url = new URI(text);
            boolean secure = "https".equalsIgnoreCase(url.getScheme());
            boolean plain = internal && "http".equalsIgnoreCase(url.getScheme());
            if ((secure || plain) && url.getHost() != null && url.getUserInfo() == null) {
                return url;
            }
        } catch (URISyntaxException _) {
            // Said below, without the text.
        }
        throw new StartupException(
                "SEEDGATE_ALERT_WEBHOOK_URL must be an https URL with a host and without user info; http is taken only with SEEDGATE_ALERT_WEBHOOK_ALLOW_INTERNAL=true.");
    }

    private static CloseableHttpClient client(
            DnsResolver names, InetAddressFilter allowed, Duration timeout) {
        return new HttpComponentsHttpClientBuilder()
                .withDnsResolver(names)
                .withConnectionManagerCustomizer(connections ->
                        connections.setConnectionFactory(
                                ManagedHttpClientConnectionFactory.builder()
                                        .http1Config(LIMITED)
                                        .build()))
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
                                .withTimeouts(timeout, timeout)
                                .withInetAddressFilter(allowed));
    }

    /**
     * Sends it once. Returns when the receiver has taken it, else throws with what to show an
     * operator.
     *
     * @param id the same in every try, so that the receiver takes it once
     */
    void send(String id, String body) throws IOException {
        HttpPost post = new HttpPost(url);
        long timestamp = clock.instant().getEpochSecond();
        post.setHeader("webhook-id", id);
        post.setHeader("webhook-timestamp", timestamp);
        if (signature != null) {
            post.setHeader("webhook-signature", signature.sign(id, timestamp, body));
        }
        post.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
        // The client's time-outs are between two packets; a receiver that drips would have no end.
        CompletableFuture<Void> deadline =
                CompletableFuture.runAsync(
                        post::cancel,
                        CompletableFuture.delayedExecutor(
                                timeout.toMillis(), TimeUnit.MILLISECONDS));
        try {
            // Not with a handler, which would read an answer to its end.
            ClassicHttpResponse answer = client.executeOpen(null, post, null);
            if (answer.getCode() < 200 || answer.getCode() > 299) {
                throw new IOException("HTTP %d %s".formatted(answer.getCode(), beginning(answer)));
            }
        } catch (FilteredHostException e) {
            throw new IOException(
                    "its name leads to an internal address, and SEEDGATE_ALERT_WEBHOOK_ALLOW_INTERNAL is not set",
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
    private String beginning(ClassicHttpResponse answer) throws IOException {
        HttpEntity entity = answer.getEntity();
        if (entity == null) {
            return "";
        }
        // So much more that no secret is cut in two, which would then not be seen for one.
        int most = MOST_READ + url.toString().length();
        String text = new String(entity.getContent().readNBytes(most), StandardCharsets.UTF_8);
        for (String secret : secrets) {
            text = text.replace(secret, "…");
        }
        return text.substring(0, Math.min(MOST_READ, text.length()));
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
