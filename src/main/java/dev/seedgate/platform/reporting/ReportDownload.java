package dev.seedgate.platform.reporting;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stream of a file from a report to a client that reads at its own pace. A thread with a database
 * connection writes to it, another hands it on to the client; a few chunks may lie between them.
 * Whoever writes never waits for the client any longer than allowed, so that the connection is free
 * again, however long the client keeps the other thread.
 */
final class ReportDownload extends OutputStream {

    // 256 KB in all: a client that is only a little slower than the database is not noticed.
    private static final int CHUNK = 16_384;
    private static final int MOST_CHUNKS = 16;

    private final Duration stall;
    private final long end;
    private final Queue<byte[]> chunks = new ArrayDeque<>();
    private final byte[] chunk = new byte[CHUNK];
    private int filled;
    private boolean complete;
    private boolean abandoned;
    private @Nullable Throwable failure;

    /**
     * Begins now.
     *
     * @param longest until its last byte is written
     * @param stall the longest that the client may take nothing
     */
    ReportDownload(Duration longest, Duration stall) {
        end = System.nanoTime() + longest.toNanos();
        this.stall = stall;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int fits = Math.min(length - done, CHUNK - filled);
            System.arraycopy(bytes, from + done, chunk, filled, fits);
            filled += fits;
            done += fits;
            if (filled == CHUNK) {
                put();
            }
        }
    }

    /** Nothing more comes: all is written, or the report failed. */
    synchronized void end(@Nullable Throwable problem) {
        complete = true;
        failure = problem;
        notifyAll();
    }

    /** Hands all over to the client, as it comes; fails as the report did. */
    void copyTo(OutputStream client) {
        try {
            for (byte[] next = take(); next != null; next = take()) {
                client.write(next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            abandon();
        }
    }

    @Override
    public void close() throws IOException {
        if (filled > 0) {
            put();
        }
    }

    private synchronized void put() throws IOException {
        long patience = Math.min(end, System.nanoTime() + stall.toNanos());
        while (chunks.size() == MOST_CHUNKS && !abandoned) {
            await(patience);
            if (patience - System.nanoTime() <= 0) {
                break;
            }
        }
        if (abandoned || chunks.size() == MOST_CHUNKS || end - System.nanoTime() <= 0) {
            throw new IOException("the client of a report is gone or too slow");
        }
        chunks.add(Arrays.copyOf(chunk, filled));
        filled = 0;
        notifyAll();
    }

    private synchronized byte @Nullable [] take() throws IOException {
        while (chunks.isEmpty() && !complete) {
            await(Long.MAX_VALUE);
        }
        // At once, though something is left: half a file is of no use.
        switch (failure) {
            case null -> {}
            case RuntimeException problem -> throw problem;
            case Error problem -> throw problem;
            default -> throw new IOException(failure);
        }
        byte[] next = chunks.poll();
        notifyAll();
        return next;
    }

    private synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }

    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private void await(long until) throws IOException {
        try {
            long left = until == Long.MAX_VALUE ? 0 : until - System.nanoTime();
            if (until == Long.MAX_VALUE || left > 0) {
                // A millisecond more than nothing: 0 would be for ever.
                wait(until == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
