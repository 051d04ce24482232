package dev.seedgate.task.clip;

import dev.seedgate.platform.telemetry.Loops;
import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.media.Media;
import dev.seedgate.vendor.media.MediaClient;
import dev.seedgate.vendor.media.MediaException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * The worker that makes the copies that are due, a few at once: from the vendor's link straight
 * into the storage, hashed on the way. A copy that an earlier try has put there without writing it
 * down is found again and taken for what it is.
 */
@Component
class ClipCopier implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(ClipCopier.class);

    private static final String MP4 = "video/mp4";

    /** Enough to write down what was given up. */
    private static final int STOP_SECONDS = 5;

    private final ClipCopies copies;
    private final MediaClient media;
    private final MeterRegistry meters;
    private final @Nullable ClipStore store;
    private final Semaphore free;
    private final ExecutorService threads;
    private final Map<TaskId, Media> underWay = new ConcurrentHashMap<>();

    ClipCopier(
            ClipCopies copies,
            MediaClient media,
            ObjectProvider<ClipStore> store,
            ClipCopySettings settings,
            MeterRegistry meters,
            Loops loops) {
        this.copies = copies;
        this.media = media;
        this.meters = meters;
        this.store = store.getIfAvailable();
        free = new Semaphore(settings.clipsMaxCopies());
        threads =
                Executors.newFixedThreadPool(
                        settings.clipsMaxCopies(),
                        Thread.ofPlatform().daemon().name("clip-copy-", 0).factory());
        // All there from the start, so that the first is seen as a change.
        Stream.of("kept", "failed", "lost").forEach(this::counter);
        meters.counter("seedgate.clips.kept.bytes");
        if (this.store != null) {
            loops.drain(settings.clipsCopyInterval(), "clip-copies", this::beginNext);
        }
    }

    /** Begins the next one that is due; answers whether there may be more. */
    private boolean beginNext() {
        ClipStore storage = store;
        if (storage == null || !free.tryAcquire()) {
            return false;
        }
        boolean begun = false;
        try {
            Optional<ClipCopies.Try> due = copies.claim();
            due.ifPresent(next ->
                    threads.execute(() -> {
                        try (TaskScope _ = TaskTracing.logOnly(next.task())) {
                            copy(next, storage);
                        } catch (RuntimeException e) {
                            // The outcome could not be written down: its lease ends.
                            log.warn("task {}: its clip's copy: {}", next.task(), e.toString());
                        } finally {
                            underWay.remove(next.task());
                            free.release();
                        }
                    }));
            begun = due.isPresent();
            return begun;
        } finally {
            if (!begun) {
                free.release();
            }
        }
    }

    private void copy(ClipCopies.Try due, ClipStore storage) {
        try {
            Kept kept = perhapsThere(due, storage).orElse(null);
            if (kept == null) {
                kept = fetch(due, storage);
            }
            copies.kept(due, kept.size(), kept.sha256(), kept.type());
            counter("kept").increment();
            meters.counter("seedgate.clips.kept.bytes").increment((double) kept.size());
        } catch (MediaException e) {
            boolean dead = e.reason() == MediaException.Reason.DEAD;
            boolean hopeless = e.reason() == MediaException.Reason.TOO_LARGE;
            failed(due, "the vendor's link: " + e.message(), dead, hopeless);
        } catch (IOException e) {
            failed(due, "the storage: " + explain(e), false, false);
        }
    }

    private void failed(ClipCopies.Try due, String answer, boolean counts, boolean last) {
        boolean lost = copies.failed(due, answer, counts, last);
        counter(lost ? "lost" : "failed").increment();
        log.warn(
                "task {}: its clip's copy {}, try {}: {}",
                due.task(),
                lost ? "is lost" : "failed",
                due.attempt(),
                answer);
    }

    /** What a try before this one put there and died before it said so. */
    private static Optional<Kept> perhapsThere(ClipCopies.Try due, ClipStore storage)
            throws IOException {
        return due.attempt() == 1 ? Optional.empty() : verified(due, storage, MP4);
    }

    private Kept fetch(ClipCopies.Try due, ClipStore storage) throws IOException {
        try (Media found = open(due)) {
            long length = found.head().length();
            if (length >= 0) {
                return put(due, storage, found, length);
            }
            // The storage wants to know the length before the bytes come.
            length = found.body().transferTo(OutputStream.nullOutputStream());
            try (Media again = open(due)) {
                return put(due, storage, again, length);
            }
        }
    }

    private Media open(ClipCopies.Try due) throws MediaException {
        Media found = media.open(due.url(), null);
        underWay.put(due.task(), found);
        return found;
    }

    private static Kept put(ClipCopies.Try due, ClipStore storage, Media found, long length)
            throws IOException {
        String type = found.head().type();
        HashedStream bytes = new HashedStream(found.body());
        try {
            if (storage.put(due.key(), type, length, bytes)) {
                return new Kept(length, bytes.sha256(), type);
            }
        } catch (IOException e) {
            IOException vendors = bytes.failure();
            throw vendors == null ? e : vendors;
        }
        return verified(due, storage, type)
                .orElseThrow(() -> new IOException("what was there is gone again"));
    }

    /** The copy that is there already, as it is there. */
    private static Optional<Kept> verified(ClipCopies.Try due, ClipStore storage, String type)
            throws IOException {
        String key = due.key();
        OptionalLong size = storage.size(key);
        if (size.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream there = storage.read(key, 0, size.getAsLong())) {
            HashedStream bytes = new HashedStream(there);
            long read = bytes.transferTo(OutputStream.nullOutputStream());
            if (read != size.getAsLong()) {
                throw new IOException("%d bytes instead of %d".formatted(read, size.getAsLong()));
            }
            return Optional.of(new Kept(read, bytes.sha256(), type));
        }
    }

    private static String explain(IOException e) {
        // Of the storage's own words the message is enough; a file system's says the path alone.
        String type = e.getClass() == IOException.class ? "" : e.getClass().getSimpleName() + ": ";
        return (type + e.getMessage()).replaceAll("\\p{Cntrl}", " ");
    }

    private Counter counter(String outcome) {
        return meters.counter("seedgate.clips.copied", "outcome", outcome);
    }

    /** What is under way is given up, so that another replica need not wait for its lease. */
    @Override
    public void destroy() throws InterruptedException {
        threads.shutdown();
        underWay.values().forEach(Media::close);
        if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            log.info("copies of clips are under way still; they are tried again after their lease");
        }
    }

    private record Kept(long size, String sha256, String type) {}
}
