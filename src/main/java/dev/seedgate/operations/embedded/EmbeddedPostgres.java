package dev.seedgate.operations.embedded;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server with its data in the folder, durable as any other: nothing here touches
 * {@code fsync} or {@code synchronous_commit}. It is a group of processes of its own, so neither
 * Ctrl-C in the terminal nor the end of this process stops it; {@link #close()} does.
 */
final class EmbeddedPostgres implements AutoCloseable {

    static final String USER = "seedgate";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String ADDRESS = "127.0.0.1";

    /**
     * Seconds: recovery after a crash is the slowest start, and small data recovers in one or two.
     */
    private static final String START_TIMEOUT = "60";

    /** Seconds: a fast stop writes one checkpoint. */
    private static final String STOP_TIMEOUT = "30";

    private final PostgresBinaries binaries;
    private final Path data;
    private final int port;

    private EmbeddedPostgres(PostgresBinaries binaries, Path data, int port) {
        this.binaries = binaries;
        this.data = data;
        this.port = port;
    }

    /** Starts the server, after making its data or ending the one that a killed gateway left. */
    static EmbeddedPostgres start(LockedDirectory folder, DevelopmentSecrets secrets) {
        Path log = folder.resolve("postgresql.log");
        long begin = System.nanoTime();
        try {
            PostgresBinaries binaries = PostgresBinaries.unpackedIn(folder);
            Path data = folder.resolve("data");
            endLeftBehind(binaries, folder.path(), data);
            if (Files.exists(data)) {
                checkVersion(binaries, data);
            } else {
                makeData(binaries, folder, secrets);
            }
            Files.deleteIfExists(log);
            int port = freePort();
            binaries.run("pg_ctl", startArguments(data, log, port));
            LOG.info(
                    "Embedded PostgreSQL started on port {} in {} ms, data in {}",
                    port,
                    (System.nanoTime() - begin) / 1_000_000,
                    data);
            return new EmbeddedPostgres(binaries, data, port);
        } catch (IOException e) {
            throw new StartupException(
                    "The embedded PostgreSQL did not start (%s): see %s, or set SPRING_DATASOURCE_URL to a server of your own."
                            .formatted(e.getMessage(), log),
                    e);
        }
    }

    String url() {
        return "jdbc:postgresql://" + ADDRESS + ":" + port + "/postgres";
    }

    /** Stops the server as its own service would: open transactions roll back, all else is kept. */
    @Override
    public void close() {
        try {
            stop(binaries, data);
        } catch (IOException e) {
            LOG.warn("The embedded PostgreSQL did not stop; the next start will end it", e);
        }
    }

    private static void stop(PostgresBinaries binaries, Path data) throws IOException {
        binaries.run("pg_ctl", "stop", "-D", data.toString(), "-m", "fast", "-t", STOP_TIMEOUT);
    }

    private static String[] startArguments(Path data, Path log, int port) {
        List<String> options =
                List.of(
                        "-c listen_addresses=" + ADDRESS,
                        "-c port=" + port,
                        // The details of an error hold the row that it was about, prompt and all.
                        "-c log_error_verbosity=terse",
                        // A socket's path may be 107 characters at most; a project's folder is
                        // deeper.
                        "-c unix_socket_directories=");
        return new String[] {
            "start",
            "-D",
            data.toString(),
            "-l",
            log.toString(),
            "-t",
            START_TIMEOUT,
            "-o",
            String.join(" ", options)
        };
    }

    /** After a kill -9 of the gateway, the folder's lock is free but its server still runs. */
    private static void endLeftBehind(PostgresBinaries binaries, Path folder, Path data)
            throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        String pid = Files.readString(pidFile).lines().findFirst().orElse("").strip();
        boolean ours =
                pid.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid))
                                .flatMap(process -> process.info().command())
                                .filter(command -> Path.of(command).startsWith(folder))
                                .isPresent();
        if (ours) {
            LOG.info("Ending the PostgreSQL that a killed gateway left behind");
            stop(binaries, data);
        } else {
            // The machine went down: the number may be another program's by now, which neither
            // PostgreSQL nor pg_ctl could tell, and the one would not start and the other kill it.
            Files.delete(pidFile);
        }
    }

    private static void checkVersion(PostgresBinaries binaries, Path data) throws IOException {
        String made = Files.readString(data.resolve("PG_VERSION")).strip();
        String runs = binaries.majorVersion();
        if (!made.equals(runs)) {
            throw new StartupException(
                    "The data in %s is PostgreSQL %s's, and the embedded one is %s: move the folder away to start with an empty one, or set SPRING_DATASOURCE_URL to a PostgreSQL %s that runs on it."
                            .formatted(data, made, runs, made));
        }
    }

    /** Beside its place and then renamed, so that data half made is never taken for data. */
    private static void makeData(
            PostgresBinaries binaries, LockedDirectory folder, DevelopmentSecrets secrets)
            throws IOException {
        Path part = folder.resolve("data.part");
        Path password = folder.resolve("password");
        FileSystemUtils.deleteRecursively(part);
        folder.writeSecret("password", secrets.database());
        try {
            binaries.run(
                    "initdb",
                    "-D",
                    part.toString(),
                    "-U",
                    USER,
                    "--pwfile=" + password,
                    // The server listens to every user of this machine.
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale");
        } finally {
            Files.delete(password);
        }
        Files.move(part, folder.resolve("data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
