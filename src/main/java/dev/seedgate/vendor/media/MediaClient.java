package dev.seedgate.vendor.media;

import dev.seedgate.platform.values.ExternalAddresses;
import dev.seedgate.vendor.contract.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsHttpClientBuilder;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.stereotype.Component;

/**
 * HTTP client for clips at addresses that the vendor names, and that so might lead anywhere. Each
 * connection goes to an address that was checked after its name was resolved: no internal one, but
 * for the sandbox's own media of this process. Only https is spoken, redirects are followed a few
 * times and checked like the first address, and only videos are passed on, within a size and a
 * time. It opens a connection each; callers bound how many.
 */
@Component
public final class MediaClient implements AutoCloseable {

    private static final Http1Config LIMITED =
            Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(16_384).build();

    /** More than any caller has at once; they have limits of their own. */
    private static final int MOST_CONNECTIONS = 20_000;

    /** A storage service leads on once, to the region or the edge that has it. */
    private static final int MOST_REDIRECTS = 3;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> DEAD = Set.of(400, 401, 403, 404, 410, 451);
    private static final Pattern VIDEO = Pattern.compile("video/[a-z0-9][a-z0-9.+-]{0,63}");

    /** What storage services say of a file that they were told nothing of. */
    private static final Set<String> UNTOLD =
            Set.of("application/octet-stream", "binary/octet-stream", "");

    private static final Map<String, String> BY_ENDING =
            Map.of("mp4", "video/mp4", "webm", "video/webm", "mov", "video/quicktime");

    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes (?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18}|\\*)");

    private static final String SANDBOX_MEDIA = "/sandbox/media/";

    private final MediaSettings settings;
    private final Endpoint endpoint;
    private final CloseableHttpClient guarded;
    private final CloseableHttpClient own;

    MediaClient(MediaSettings settings, Endpoint endpoint) {
        this.settings = settings;
        this.endpoint = endpoint;
        guarded =
                client(
                        settings.clipsAllowInternal()
                                ? InetAddressFilter.all()
                                : ExternalAddresses.FILTER);
        own = client(InetAddressFilter.all());
    }

    private CloseableHttpClient client(InetAddressFilter allowed) {
        Timeout timeout = Timeout.of(settings.clipsResponseTimeout());
        return new HttpComponentsHttpClientBuilder()
                .withDnsResolver(SystemDefaultDnsResolver.INSTANCE)
                .withConnectionManagerCustomizer(connections ->
                        connections
                                .setMaxConnTotal(MOST_CONNECTIONS)
                                .setMaxConnPerRoute(MOST_CONNECTIONS)
                                .setConnectionFactory(
                                        ManagedHttpClientConnectionFactory.builder()
                                                .http1Config(LIMITED)
                                                .build()))
                .withDefaultRequestConfigCustomizer(requests ->
                        requests.setConnectionRequestTimeout(timeout)
                                .setResponseTimeout(timeout)
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
                                .withTimeouts(
                                        settings.clipsResponseTimeout(),
                                        settings.clipsResponseTimeout())
                                .withInetAddressFilter(allowed));
    }

    /**
     * Begins to fetch a clip. Whoever gets it closes it.
     *
     * @param url as the vendor gave it
     * @param range the part that is wanted, as in the header {@code Range}; null = all
     * @throws MediaException with what to show an operator; nothing is left open then
     */
    public Media open(String url, @Nullable String range) throws MediaException {
        URI address = parse(url);
        boolean sandbox = isOwnMedia(address);
        URI next = sandbox ? ownMedia(address) : address;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            if (!sandbox) {
                check(next);
            }
            Hop hop = get(next, range, sandbox ? own : guarded);
            if (hop.media() != null) {
                return hop.media();
            }
            next = parse(next.resolve(parse(hop.location())).toString());
            // Only the first address is known to be our own.
            sandbox = false;
        }
        throw new MediaException(
                MediaException.Reason.DEAD, "more than " + MOST_REDIRECTS + " redirects");
    }

    /**
     * The sandbox's links name the host that somebody reached it at, or the public one; its files
     * are in this very process.
     */
    private boolean isOwnMedia(URI url) {
        String path = url.getRawPath();
        return endpoint.name().equals(Endpoint.SANDBOX)
                && path != null
                && path.contains(SANDBOX_MEDIA);
    }

    private URI ownMedia(URI url) throws MediaException {
        String base = endpoint.baseUrl();
        if (base == null) {
            throw new MediaException(MediaException.Reason.AWAY, "the sandbox is not up yet");
        }
        String path = url.getRawPath();
        return URI.create(base).resolve(path.substring(path.indexOf(SANDBOX_MEDIA)));
    }

    private static URI parse(String url) throws MediaException {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new MediaException(MediaException.Reason.DEAD, "the link is no URL", e);
        }
    }

    private void check(URI url) throws MediaException {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        boolean plain = settings.clipsAllowInternal() && "http".equalsIgnoreCase(url.getScheme());
        if (!(secure || plain) || url.getHost() == null || url.getUserInfo() != null) {
            throw new MediaException(
                    MediaException.Reason.DEAD,
                    "the link is no https URL with a host and without user info");
        }
    }

    /** An answer: the clip, or where it leads. */
    private record Hop(@Nullable Media media, String location) {}

    private Hop get(URI url, @Nullable String range, CloseableHttpClient client)
            throws MediaException {
        HttpGet request = new HttpGet(url);
        request.setHeader("Accept", "video/*, */*;q=0.1");
        request.setHeader("Accept-Encoding", "identity");
        if (range != null) {
            request.setHeader("Range", range);
        }
        // The client's time-outs are between two packets; who drips would have no end.
        CompletableFuture<Void> deadline =
                CompletableFuture.runAsync(
                        request::cancel,
                        CompletableFuture.delayedExecutor(
                                settings.clipsTransferTimeout().toMillis(), TimeUnit.MILLISECONDS));
        boolean handedOn = false;
        try {
            // Not with a handler, which would read an answer to its end.
            ClassicHttpResponse answer = client.executeOpen(null, request, null);
            Header location = answer.getFirstHeader("Location");
            if (REDIRECTS.contains(answer.getCode()) && location != null) {
                return new Hop(null, location.getValue());
            }
            Media media = media(answer, url, range != null, request, deadline);
            handedOn = true;
            return new Hop(media, "");
        } catch (FilteredHostException e) {
            throw new MediaException(
                    MediaException.Reason.DEAD, "the link leads to an internal address", e);
        } catch (MediaException e) {
            throw e;
        } catch (IOException e) {
            throw new MediaException(MediaException.Reason.AWAY, explain(e, request), e);
        } finally {
            if (!handedOn) {
                deadline.cancel(false);
                // Closes the connection at once; to close the answer would read the rest of it.
                request.cancel();
            }
        }
    }

    private static String explain(IOException e, HttpGet request) {
        if (request.isCancelled() || e instanceof SocketTimeoutException) {
            return "no answer in time";
        }
        return e instanceof UnknownHostException
                ? "the link's host is unknown"
                : "no answer: " + e.getClass().getSimpleName();
    }

    private Media media(
            ClassicHttpResponse answer,
            URI url,
            boolean partWanted,
            HttpGet request,
            CompletableFuture<Void> deadline)
            throws IOException {
        int status = answer.getCode();
        boolean part = status == 206 && partWanted;
        boolean noSuchPart = status == 416 && partWanted;
        if (status != 200 && !part && !noSuchPart) {
            throw new MediaException(
                    DEAD.contains(status) ? MediaException.Reason.DEAD : MediaException.Reason.AWAY,
                    "HTTP " + status);
        }
        HttpEntity entity = answer.getEntity();
        InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
        long length = entity == null ? 0 : entity.getContentLength();
        @Nullable Header contentRange = answer.getFirstHeader("Content-Range");
        @Nullable String which = contentRange == null ? null : checked(contentRange.getValue());
        if (noSuchPart) {
            return new Media(
                    new Media.Head(416, "", length, which, true), body, 0, request, deadline);
        }
        if (part && which == null) {
            throw new MediaException(
                    MediaException.Reason.AWAY, "HTTP 206 without a Content-Range that says which");
        }
        String type = type(answer, url);
        long most = settings.clipsMaxSize().toBytes();
        if (Math.max(length, whole(which)) > most) {
            throw tooLarge(most);
        }
        @Nullable Header ranges = answer.getFirstHeader("Accept-Ranges");
        boolean takesRanges = part || (ranges != null && ranges.getValue().contains("bytes"));
        return new Media(
                new Media.Head(status, type, length, part ? which : null, takesRanges),
                body,
                most,
                request,
                deadline);
    }

    private static @Nullable String checked(String contentRange) {
        String text = contentRange.strip();
        return CONTENT_RANGE.matcher(text).matches() ? text : null;
    }

    /** The size of the whole that a part is of; 0 where it is not said. */
    private static long whole(@Nullable String contentRange) {
        if (contentRange != null) {
            Matcher range = CONTENT_RANGE.matcher(contentRange);
            if (range.matches() && !range.group(3).equals("*")) {
                return Long.parseLong(range.group(3));
            }
        }
        return 0;
    }

    /** A video's type, by the path's ending where a storage service says nothing of the file. */
    private static String type(ClassicHttpResponse answer, URI url) throws MediaException {
        @Nullable Header encoding = answer.getFirstHeader("Content-Encoding");
        if (encoding != null && !encoding.getValue().strip().equalsIgnoreCase("identity")) {
            throw new MediaException(
                    MediaException.Reason.DEAD,
                    "HTTP %d with a Content-Encoding".formatted(answer.getCode()));
        }
        @Nullable Header header = answer.getFirstHeader("Content-Type");
        String said = header == null ? "" : header.getValue().toLowerCase(Locale.ROOT);
        String type = said.split(";", 2)[0].strip();
        if (UNTOLD.contains(type)) {
            type = typeOf(url.getPath());
        }
        if (!VIDEO.matcher(type).matches()) {
            throw new MediaException(
                    MediaException.Reason.DEAD,
                    "HTTP %d with what is no video".formatted(answer.getCode()));
        }
        return type;
    }

    private static String typeOf(@Nullable String path) {
        String ending = path == null ? "" : path.substring(path.lastIndexOf('.') + 1);
        return BY_ENDING.getOrDefault(ending.toLowerCase(Locale.ROOT), "");
    }

    static MediaException tooLarge(long most) {
        return new MediaException(
                MediaException.Reason.TOO_LARGE, "the clip has more than %d bytes".formatted(most));
    }

    @Override
    public void close() throws IOException {
        guarded.close();
        own.close();
    }
}
