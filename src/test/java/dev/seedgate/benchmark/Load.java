package dev.seedgate.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/** Drives a server on this machine with ready-made requests, and says how long each took. */
final class Load {

    private static final long SECOND = 1_000_000_000L;

    /** Seconds of an open loop that don't count: all its clients connect, and their first calls. */
    private static final double LEAD_IN = 2;

    private final int port;
    private final LongFunction<byte[]> requests;

    /**
     * A load of a server.
     *
     * @param requests the request of each number from 0
     */
    Load(int port, LongFunction<byte[]> requests) {
        this.port = port;
        this.requests = requests;
    }

    /** So many clients, each of which sends its next request when the last is answered. */
    Latencies closed(int clients, double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * SECOND);
        AtomicLong numbers = new AtomicLong();
        return run(
                clients,
                0,
                seconds,
                samples -> {
                    try (HttpConnection connection = new HttpConnection(port)) {
                        while (System.nanoTime() < end) {
                            byte[] request = requests.apply(numbers.getAndIncrement());
                            samples.send(connection, request, System.nanoTime());
                        }
                    }
                });
    }

    /**
     * So many requests a second, whether the server keeps up or not. A request's time begins when
     * it is due, not when a client is free to send it: what a slow server makes others wait counts.
     *
     * @param seconds after a lead-in, of which nothing counts
     */
    Latencies open(double perSecond, int clients, double seconds) throws Exception {
        long uncounted = (long) (perSecond * LEAD_IN);
        long many = uncounted + (long) (perSecond * seconds);
        // One thread tells the clients that a request is due: a time-out for each of them took a
        // sixth of two cores. This queue gives the next one to the client that was free last, as a
        // pool of connections does. While none is free that thread waits, too; when a request was
        // due is known before.
        BlockingQueue<Due> due = new SynchronousQueue<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> tellWhatIsDue(due, perSecond, uncounted, many, clients));
        return run(
                clients,
                LEAD_IN,
                seconds,
                samples -> {
                    try (HttpConnection connection = new HttpConnection(port)) {
                        for (Due next = due.take();
                                !next.equals(Due.NOTHING_MORE);
                                next = due.take()) {
                            byte[] request = requests.apply(next.number);
                            if (next.counts) {
                                samples.send(connection, request, next.at);
                            } else {
                                connection.send(request);
                            }
                        }
                    }
                });
    }

    private static void tellWhatIsDue(
            BlockingQueue<Due> due, double perSecond, long uncounted, long many, int clients) {
        long begin = System.nanoTime() + SECOND / 10;
        try {
            for (long number = 0; number < many; number++) {
                long at = begin + (long) (number / perSecond * SECOND);
                for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                due.put(new Due(number, at, number >= uncounted));
            }
            for (int client = 0; client < clients; client++) {
                due.put(Due.NOTHING_MORE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Latencies run(int clients, double leadIn, double seconds, Client client)
            throws Exception {
        List<Samples> all = new ArrayList<>();
        long begin = System.nanoTime();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Samples samples = new Samples();
                all.add(samples);
                running.add(
                        threads.submit(() -> {
                            client.run(samples);
                            return null;
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client of the load ended early", e);
        }
        double took = Math.max(seconds, (System.nanoTime() - begin) / (double) SECOND - leadIn);
        return Latencies.of(all, took);
    }

    /** A request that is to be sent. */
    private record Due(long number, long at, boolean counts) {

        private static final Due NOTHING_MORE = new Due(-1, 0, false);
    }

    /** What one client does. */
    private interface Client {

        void run(Samples samples) throws Exception;
    }

    /** The times of one client's requests, in nanoseconds. */
    private static final class Samples {

        private long[] nanos = new long[4096];
        private int size;
        private int refused;

        void send(HttpConnection connection, byte[] request, long from) throws IOException {
            int status = connection.send(request).status();
            if (size == nanos.length) {
                nanos = Arrays.copyOf(nanos, size * 2);
            }
            nanos[size++] = System.nanoTime() - from;
            if (status >= 300) {
                refused++;
            }
        }
    }

    /**
     * The times of all requests, sorted.
     *
     * @param perSecond requests answered well
     * @param refused requests answered with an error, whose times are among the others
     */
    @SuppressWarnings("ArrayRecordComponent") // no two are compared
    record Latencies(long[] nanos, double perSecond, int refused) {

        private static Latencies of(List<Samples> all, double seconds) {
            int size = all.stream().mapToInt(it -> it.size).sum();
            int refused = all.stream().mapToInt(it -> it.refused).sum();
            long[] nanos = new long[size];
            int at = 0;
            for (Samples each : all) {
                System.arraycopy(each.nanos, 0, nanos, at, each.size);
                at += each.size;
            }
            Arrays.sort(nanos);
            return new Latencies(nanos, (size - refused) / seconds, refused);
        }

        /** Of loads of the same length, one after the other. */
        static Latencies together(List<Latencies> loads) {
            long[] all =
                    loads.stream().flatMapToLong(it -> Arrays.stream(it.nanos)).sorted().toArray();
            return new Latencies(
                    all,
                    loads.stream().mapToDouble(Latencies::perSecond).average().orElse(0),
                    loads.stream().mapToInt(Latencies::refused).sum());
        }

        int count() {
            return nanos.length;
        }

        /** In milliseconds, below which so many of a hundred are. */
        double percentile(double percent) {
            if (nanos.length == 0) {
                return Double.NaN;
            }
            int index = (int) Math.min(nanos.length - 1L, (long) (nanos.length * percent / 100));
            return nanos[index] / 1e6;
        }
    }
}
