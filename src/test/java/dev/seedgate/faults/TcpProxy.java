package dev.seedgate.faults;

import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The network between a gateway and its database, which can hang, break and lose one answer. */
final class TcpProxy implements AutoCloseable {

    /** What becomes of the commit that is lost, and of the network after it. */
    enum Loss {
        /** It reaches the database; its answer does not come back. */
        ANSWER,
        /** The same, and nobody reaches the database afterwards. */
        ANSWER_AND_NETWORK,
        /** It never reaches the database, and nobody does afterwards. */
        COMMIT_AND_NETWORK
    }

    private final ServerSocket server;
    private final TestDatabase behind;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition flows = lock.newCondition();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicReference<@Nullable Loss> nextLoss = new AtomicReference<>();
    private final AtomicBoolean cutAfterAnswer = new AtomicBoolean();
    private volatile String mark = "";
    private volatile boolean hanging;
    private volatile boolean cut;
    private volatile Duration roundTrip = Duration.ZERO;

    private TcpProxy(TestDatabase behind) throws IOException {
        this.behind = behind;
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static TcpProxy before(TestDatabase database) {
        try {
            return new TcpProxy(database);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The database as it is reached through here. Without named statements and encryption, so that
     * every statement passes as text.
     */
    TestDatabase database() {
        String url =
                behind.url()
                        .replaceFirst(
                                "//[^/]+/", "//" + "127.0.0.1:" + server.getLocalPort() + "/");
        return new TestDatabase(
                url + (url.contains("?") ? "&" : "?") + "prepareThreshold=0&sslmode=disable");
    }

    /** Nothing passes any more, and nothing breaks. */
    void hang() {
        hanging = true;
    }

    /** Resets every connection, and every new one. */
    void cut() {
        cut = true;
        sockets.forEach(TcpProxy::reset);
    }

    /** Whatever is asked takes so much longer on its way. */
    void delay(Duration time) {
        roundTrip = time;
    }

    /**
     * The next commit of a transaction in which this text was sent is lost; outside of one, the
     * statement with it is the commit.
     */
    void loseCommitAfter(String text, Loss loss) {
        mark = text;
        nextLoss.set(loss);
    }

    /** How many commits were lost. */
    int lost() {
        return lost.get();
    }

    /** Everything is as if nothing had been. */
    void heal() {
        lock.lock();
        try {
            cut = false;
            hanging = false;
            flows.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        heal();
        server.close();
        cut();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        URI target = URI.create(behind.url().substring("jdbc:".length()));
        try (client;
                Socket database = cut ? null : new Socket(target.getHost(), target.getPort())) {
            if (database == null) {
                reset(client);
                return;
            }
            client.setTcpNoDelay(true);
            database.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(database);
            AtomicBoolean answerIsLost = new AtomicBoolean();
            Thread back = Thread.ofVirtual().start(() -> answer(database, client, answerIsLost));
            ask(client, database, answerIsLost);
            back.join();
            sockets.remove(client);
            sockets.remove(database);
        } catch (IOException e) {
            reset(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Socket client, Socket database, AtomicBoolean answerIsLost) {
        boolean[] marked = new boolean[1];
        boolean[] inTransaction = new boolean[1];
        pass(
                client,
                database,
                text -> {
                    LockSupport.parkNanos(roundTrip.toNanos());
                    marked[0] |= !mark.isEmpty() && text.contains(mark);
                    boolean ends = text.contains("COMMIT") || text.contains("ROLLBACK");
                    inTransaction[0] = !ends && (inTransaction[0] || text.contains("BEGIN"));
                    if (!marked[0] || inTransaction[0]) {
                        return true;
                    }
                    marked[0] = false;
                    if (text.contains("ROLLBACK")) {
                        return true;
                    }
                    @Nullable Loss loss = nextLoss.getAndSet(null);
                    if (loss == Loss.COMMIT_AND_NETWORK) {
                        lost.incrementAndGet();
                        cut();
                        return false;
                    }
                    cutAfterAnswer.compareAndSet(false, loss == Loss.ANSWER_AND_NETWORK);
                    answerIsLost.set(loss != null);
                    return true;
                });
    }

    private void answer(Socket database, Socket client, AtomicBoolean isLost) {
        pass(
                database,
                client,
                _ -> {
                    if (!isLost.get()) {
                        return true;
                    }
                    lost.incrementAndGet();
                    if (cutAfterAnswer.getAndSet(false)) {
                        cut();
                    }
                    return false;
                });
    }

    /** Passes what is said as long as it may be; then both ends are reset. */
    private void pass(Socket from, Socket to, Predicate<String> mayPass) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitFlow();
                if (!mayPass.test(new String(buffer, 0, count, StandardCharsets.ISO_8859_1))) {
                    break;
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // One end is gone; so goes the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reset(from);
        reset(to);
    }

    private void awaitFlow() throws InterruptedException {
        lock.lock();
        try {
            while (hanging) {
                flows.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }
}
