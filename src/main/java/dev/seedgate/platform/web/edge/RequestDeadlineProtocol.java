package dev.seedgate.platform.web.edge;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 protocol with a deadline for each request: whatever part of it a read waits for, even
 * one that only Tomcat ever sees, such as a chunk's extension or a trailer, the connection's input
 * is shut down at the deadline. Public, because Tomcat makes it by name.
 */
public class RequestDeadlineProtocol extends Http11NioProtocol {

    private static final Logger LOG = LoggerFactory.getLogger(RequestDeadlineProtocol.class);

    /** An overdue read is found this part of the time-out late at most: 20 = a twentieth. */
    private static final int LATENESS_PARTS = 20;

    private final Set<Reading> readings = ConcurrentHashMap.newKeySet();
    private Duration requestTimeout = Duration.ofSeconds(30);
    private @Nullable ScheduledFuture<?> watch;

    void setRequestTimeout(Duration requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    @Override
    protected Processor createProcessor() {
        return new RequestDeadlineProcessor(this, requestTimeout);
    }

    @Override
    public void start() throws Exception {
        super.start();
        long period = Math.max(1, requestTimeout.toMillis() / LATENESS_PARTS);
        watch =
                getUtilityExecutor()
                        .scheduleWithFixedDelay(
                                this::endOverdue, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() throws Exception {
        if (watch != null) {
            watch.cancel(false);
        }
        super.stop();
    }

    /**
     * Reads until a deadline.
     *
     * @param deadline by {@link System#nanoTime()}
     */
    int read(NioChannel connection, long deadline, Read read) throws IOException {
        Reading reading = new Reading(connection, deadline);
        readings.add(reading);
        int bytes;
        try {
            bytes = read.run();
        } finally {
            // Removed once, here or by endOverdue: so no later request is cut off for this one.
            reading.inTime = readings.remove(reading);
        }
        if (!reading.inTime) {
            throw tooLate();
        }
        return bytes;
    }

    static SocketTimeoutException tooLate() {
        return new SocketTimeoutException("the request took too long to arrive");
    }

    private void endOverdue() {
        long now = System.nanoTime();
        readings.stream().filter(reading -> reading.deadline - now < 0).forEach(this::end);
    }

    /** Its reader finds the end of the input, and can still answer. */
    private void end(Reading reading) {
        if (!readings.remove(reading)) {
            return;
        }
        try {
            reading.connection.getIOChannel().shutdownInput();
        } catch (IOException e) {
            LOG.debug("the connection was gone before it was cut off", e);
        }
    }

    /** A read of the socket, possibly many packets long. */
    @FunctionalInterface
    interface Read {
        int run() throws IOException;
    }

    private static final class Reading {

        private final NioChannel connection;
        private final long deadline;
        private boolean inTime;

        Reading(NioChannel connection, long deadline) {
            this.connection = connection;
            this.deadline = deadline;
        }
    }
}
