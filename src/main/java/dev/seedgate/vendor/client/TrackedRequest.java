package dev.seedgate.vendor.client;

import dev.seedgate.vendor.contract.Content;
import dev.seedgate.vendor.contract.TransportResult;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * HTTP request that tracks how far it came. Knows for certain whether the request was begun: it is
 * marked when the connection stands, just before the first byte is written, and can be given up
 * only before that. Keeps what was received even when the rest never comes.
 */
final class TrackedRequest {

    static final String ATTRIBUTE = "exchange";

    /** Bytes that every answer may have; a real one has about 1 KB. */
    private static final int SMALL_BYTES = 262_144;

    private final long beginBy;
    private final int maxBytes;
    private final Semaphore large;
    private final Executor readers;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<@Nullable Void> beginning = new CompletableFuture<>();
    private boolean begun;
    private boolean abandoned;
    private boolean isLarge;
    private boolean released;
    private long begunAt;
    private int status;
    private HttpHeaders headers = HttpHeaders.EMPTY;

    /**
     * @param maxBytes bytes; more of an answer is not kept
     * @param large how many answers may be large at once
     * @param readers threads of the platform: reading has no place where a virtual thread would let
     *     others go on
     */
    TrackedRequest(long beginByNanos, int maxBytes, Semaphore large, Executor readers) {
        this.beginBy = beginByNanos;
        this.maxBytes = maxBytes;
        this.large = large;
        this.readers = readers;
    }

    /** The filter around each call: marks the beginning and keeps the answer. */
    static Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        TrackedRequest tracked = (TrackedRequest) request.attribute(ATTRIBUTE).orElseThrow();
        BodyInserter<?, ? super ClientHttpRequest> content = request.body();
        // Called on the connected channel, after TLS, before the head goes out with the body.
        BodyInserter<Object, ClientHttpRequest> marked =
                (output, context) ->
                        tracked.begin()
                                ? content.insert(output, context)
                                : Mono.error(new TimeoutException("connected too late"));
        return next.exchange(ClientRequest.from(request).body(marked).build())
                .flatMap(tracked::receive);
    }

    /**
     * Makes the call and blocks until it is over, or given up.
     *
     * @param timeout from the beginning of the request to the end of the answer
     */
    TransportResult perform(Duration timeout, Function<TrackedRequest, Mono<Void>> call) {
        CompletableFuture<@Nullable Void> end = call.apply(this).toFuture();
        @Nullable Throwable failure = await(CompletableFuture.anyOf(beginning, end), beginBy);
        if (!end.isDone() && !abandon()) {
            failure = await(end, begunAt() + timeout.toNanos());
        }
        boolean whole = end.isDone() && failure == null;
        end.cancel(true);
        try {
            return result(whole, failure == null ? "nothing in time" : describe(failure));
        } finally {
            release();
        }
    }

    private synchronized boolean begin() {
        if (abandoned || System.nanoTime() - beginBy > 0) {
            return false;
        }
        begun = true;
        begunAt = System.nanoTime();
        beginning.complete(null);
        return true;
    }

    private synchronized boolean abandon() {
        abandoned = !begun;
        return abandoned;
    }

    private synchronized long begunAt() {
        return begunAt;
    }

    private Mono<ClientResponse> receive(ClientResponse response) {
        head(response.statusCode().value(), response.headers().asHttpHeaders());
        return response.body(BodyExtractors.toDataBuffers())
                .doOnNext(this::append)
                .then(Mono.just(ClientResponse.create(HttpStatus.OK).build()));
    }

    private synchronized void head(int answeredStatus, HttpHeaders answeredHeaders) {
        status = answeredStatus;
        headers = HttpHeaders.readOnlyHttpHeaders(answeredHeaders);
    }

    private synchronized void append(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        if (released) {
            return;
        }
        int room = limit(bytes.length) - body.size();
        body.write(bytes, 0, Math.clamp(room, 0, bytes.length));
        if (bytes.length > room) {
            throw new IllegalStateException("the answer is too large");
        }
    }

    private int limit(int more) {
        if (body.size() + more > SMALL_BYTES && !isLarge) {
            isLarge = large.tryAcquire();
        }
        return isLarge ? maxBytes : Math.min(SMALL_BYTES, maxBytes);
    }

    private synchronized void release() {
        released = true;
        body.reset();
        if (isLarge) {
            isLarge = false;
            large.release();
        }
    }

    private TransportResult result(boolean whole, String cause) {
        byte[] bytes;
        synchronized (this) {
            if (status == 0) {
                return begun
                        ? new TransportResult.NoResponse(cause)
                        : TransportResult.NotSent.byNetwork(cause);
            }
            released = true;
            bytes = body.toByteArray();
        }
        @Nullable String encoding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
        Content.Decoded read = read(() -> Content.decode(bytes, encoding, maxBytes));
        return new TransportResult.Response(status, headers, read.content(), whole && read.whole());
    }

    private Content.Decoded read(Supplier<Content.Decoded> reading) {
        try {
            return CompletableFuture.supplyAsync(reading, readers).join();
        } catch (RejectedExecutionException e) {
            // The gateway ends while this answer comes: it is read all the same.
            return reading.get();
        }
    }

    /**
     * Waits without heeding interrupts: leaving now would turn a paid answer that is on its way
     * into an uncertain one, and the wait has an end of its own.
     */
    private static @Nullable Throwable await(CompletableFuture<?> end, long untilNanos) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    end.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return null;
                } catch (ExecutionException e) {
                    return e.getCause() == null ? e : e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String describe(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
