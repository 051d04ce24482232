package dev.seedgate.vendor.client;

import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.TransportResult;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.Permit;
import io.netty.channel.ChannelOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.UriBuilderFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import tools.jackson.databind.json.JsonMapper;

/**
 * HTTP client of the vendor. Set up so that nothing below writes a request twice, follows a
 * redirect with the key in hand, or reads without end.
 */
final class VendorHttpClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * Threads that parse answers: one takes some microseconds, and one made to hurt must not take
     * every core.
     */
    private static final int READER_THREADS = 2;

    /** At 8 MB each, what a vendor gone mad can make an instance hold. */
    private static final int MAX_LARGE_ANSWERS = 4;

    /** Bytes of a head; proxies add a lot: policies, cookies, traces. */
    private static final int MAX_HEAD_BYTES = 65_536;

    private final Endpoint endpoint;
    private final UpstreamSettings settings;
    private final LoopResources loops;
    private final ExecutorService readers =
            Executors.newFixedThreadPool(
                    READER_THREADS,
                    Thread.ofPlatform().daemon().name("vendor-answers-", 0).factory());
    private final Semaphore large = new Semaphore(MAX_LARGE_ANSWERS);
    private final ConnectionProvider pollConnections;
    private final VendorApi submits;
    private final VendorApi polls;

    VendorHttpClient(Endpoint endpoint, UpstreamSettings settings) {
        this.endpoint = endpoint;
        this.settings = settings;
        // Threads of our own: shared ones may be stopped while a submit still waits for its answer.
        // Two are plenty for some hundred calls a second.
        this.loops = LoopResources.create("vendor", 2, true);
        this.pollConnections =
                ConnectionProvider.builder("vendor-polls")
                        .maxConnections(settings.upstreamMaxConcurrent())
                        // Shorter than servers keep an idle connection, so stale ones are rare.
                        .maxIdleTime(Duration.ofSeconds(10))
                        .build();
        // A new connection for each submit: a stale one would break after the request was written.
        this.submits = api(HttpClient.create(ConnectionProvider.newConnection()));
        this.polls = api(HttpClient.create(pollConnections));
    }

    TransportResult submit(ClipRequest request, Permit permit) {
        byte[] body = body(request).getBytes(StandardCharsets.UTF_8);
        return call(
                permit,
                settings.upstreamSubmitTimeout(),
                (base, tracked) -> submits.generate(base, bearer(), tracked, body));
    }

    TransportResult poll(String taskId, Permit permit) {
        return call(
                permit,
                settings.upstreamStatusTimeout(),
                (base, tracked) -> polls.status(base, bearer(), tracked, taskId));
    }

    @Override
    public void close() {
        pollConnections.dispose();
        loops.dispose();
        readers.shutdown();
    }

    private TransportResult call(
            Permit permit,
            Duration timeout,
            BiFunction<UriBuilderFactory, TrackedRequest, Mono<Void>> call) {
        String baseUrl = endpoint.baseUrl();
        if (baseUrl == null) {
            return TransportResult.NotSent.byOwnGuard("the sandbox's web server is not up yet");
        }
        // The permit says when the call has to begin. Connecting to a vendor far away may take
        // longer than a permit lives, so the write has the connect timeout on top, and no more.
        long writeBy = permit.deadlineNanos() + settings.upstreamConnectTimeout().toNanos();
        int maxBytes = Math.toIntExact(settings.upstreamMaxAnswerSize().toBytes());
        TrackedRequest tracked = new TrackedRequest(writeBy, maxBytes, large, readers);
        UriBuilderFactory base = new DefaultUriBuilderFactory(baseUrl);
        return tracked.perform(timeout, it -> Mono.defer(() -> call.apply(base, it)));
    }

    /** In a fixed order of fields, so that what is sent can be compared byte by byte. */
    private static String body(ClipRequest request) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("prompt", request.prompt());
        fields.put("aspect_ratio", request.aspectRatio());
        fields.put("duration", String.valueOf(request.durationSeconds()));
        fields.put("sound", request.sound());
        if (!request.imageUrls().isEmpty()) {
            fields.put("image_urls", request.imageUrls());
        }
        return JSON.writeValueAsString(fields);
    }

    private String bearer() {
        return "Bearer " + endpoint.key();
    }

    private VendorApi api(HttpClient bare) {
        HttpClient client =
                bare.runOn(loops)
                        .protocol(HttpProtocol.HTTP11)
                        .disableRetry(true)
                        .followRedirect(false)
                        .httpResponseDecoder(
                                it -> it.maxHeaderSize(MAX_HEAD_BYTES).validateHeaders(false))
                        .doOnConnected(it -> it.addHandlerLast(new InterimAnswers()))
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(settings.upstreamConnectTimeout().toMillis()));
        WebClient web =
                WebClient.builder()
                        .clientConnector(new ReactorClientHttpConnector(client))
                        .defaultHeader(HttpHeaders.USER_AGENT, "seedgate")
                        .defaultHeader(HttpHeaders.ACCEPT_ENCODING, "identity")
                        .filter(TrackedRequest::filter)
                        .build();
        return HttpServiceProxyFactory.builderFor(WebClientAdapter.create(web))
                .build()
                .createClient(VendorApi.class);
    }
}
