package dev.seedgate.platform.web.edge;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Processor of one connection that bounds how long a request may take to arrive. Tomcat bounds the
 * time between two packets only: a client that sends a byte now and then, of a head, of a body, of
 * what stands between and behind its chunks or of a body that was refused already, would keep its
 * connection for days, and a few thousand of them all there are.
 */
final class RequestDeadlineProcessor extends Http11Processor {

    // Tomcat's own mark for a request that has not begun.
    private static final long NOT_BEGUN = -1;

    private final RequestDeadlineProtocol protocol;
    private final long requestTimeoutNanos;
    private final int maxDrainedBytes;

    RequestDeadlineProcessor(RequestDeadlineProtocol protocol, Duration requestTimeout) {
        this(protocol, requestTimeout, new DrainingAdapter(protocol.getAdapter()));
    }

    private RequestDeadlineProcessor(
            RequestDeadlineProtocol protocol, Duration requestTimeout, DrainingAdapter adapter) {
        super(protocol, adapter);
        this.protocol = protocol;
        requestTimeoutNanos = requestTimeout.toNanos();
        maxDrainedBytes = protocol.getMaxSwallowSize();
        request.setInputBuffer(new DeadlineInputBuffer(request.getInputBuffer()));
        adapter.drain = this::drain;
    }

    /** Comes back each time that bytes have come but no whole head yet. */
    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
        SocketState state = super.service(socket);
        boolean waits = state == SocketState.LONG || state == SocketState.OPEN;
        if (!waits || isAsync() || request.getStartTimeNanos() == NOT_BEGUN) {
            return state;
        }
        // Never OPEN: with that Tomcat forgets when a request began that is only blank lines so
        // far.
        return isTooLate() ? SocketState.CLOSED : SocketState.LONG;
    }

    private boolean isTooLate() {
        return System.nanoTime() - deadline() > 0;
    }

    private long deadline() {
        return request.getStartTimeNanos() + requestTimeoutNanos;
    }

    /**
     * Reads what the answer did not wait for, so that the client sees the answer and not a reset.
     * Tomcat would do it without a bound in time, and not at all after a 400 or 413. What is left
     * after that is not read: the connection ends.
     */
    private void drain() {
        if (isAsync() || getErrorState().isError() || isRequestBodyFullyRead()) {
            return;
        }
        // A client that sent Expect and got no 100 sends no body.
        if (request.hasExpectation() || !isReadToItsEnd()) {
            action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    private boolean isReadToItsEnd() {
        try {
            Discarded bytes = new Discarded();
            long left = maxDrainedBytes;
            int read = 0;
            while (left > 0 && read >= 0) {
                read = request.doRead(bytes);
                left -= read;
            }
            return read < 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Buffer of what is drained. Tomcat cuts off in it what is the next request's already. */
    private static final class Discarded implements ApplicationBufferHandler {

        private ByteBuffer bytes = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer read) {
            bytes = read;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return bytes;
        }

        @Override
        public void expand(int size) {
            // Nothing is put in.
        }
    }

    /** Body of a request, until its deadline. */
    private final class DeadlineInputBuffer implements InputBuffer {

        private final InputBuffer body;

        DeadlineInputBuffer(InputBuffer body) {
            this.body = body;
        }

        @Override
        public int doRead(ApplicationBufferHandler reader) throws IOException {
            try {
                if (isTooLate()) {
                    throw RequestDeadlineProtocol.tooLate();
                }
                return socketWrapper.getSocket() instanceof NioChannel connection
                        ? protocol.read(connection, deadline(), () -> body.doRead(reader))
                        : body.doRead(reader);
            } catch (SocketTimeoutException e) {
                action(ActionCode.DISABLE_SWALLOW_INPUT, null);
                throw e;
            }
        }

        @Override
        public int available() {
            return body.available();
        }
    }

    /** Adapter to the servlets that drains the rest of the body once they have answered. */
    private static final class DrainingAdapter implements Adapter {

        private final Adapter servlets;
        private Runnable drain = () -> {};

        DrainingAdapter(Adapter servlets) {
            this.servlets = servlets;
        }

        @Override
        public void service(Request request, Response response) throws Exception {
            servlets.service(request, response);
            drain.run();
        }

        @Override
        public boolean prepare(Request request, Response response) throws Exception {
            return servlets.prepare(request, response);
        }

        @Override
        public boolean asyncDispatch(Request request, Response response, SocketEvent event)
                throws Exception {
            boolean goesOn = servlets.asyncDispatch(request, response, event);
            drain.run();
            return goesOn;
        }

        @Override
        public void log(Request request, Response response, long time) {
            servlets.log(request, response, time);
        }

        @Override
        public void checkRecycled(Request request, Response response) {
            servlets.checkRecycled(request, response);
        }

        @Override
        public String getDomain() {
            return servlets.getDomain();
        }
    }
}
