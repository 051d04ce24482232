package dev.seedgate.benchmark;

import dev.seedgate.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway as its image starts it, in a process of its own: the jar's files laid out, an AOT
 * cache from a start before, the JVM's options of the image. What the Dockerfile does in
 * containers, on this machine.
 */
final class PackagedGateway implements AutoCloseable {

    private static final String MEMORY = "-XX:MaxRAM=1g";

    /**
     * What the JVM finds by itself in a container of 1 GB, which docker-compose.yml and the
     * Kubernetes base give a replica; beside 1792 MB or more it would take another collector.
     */
    static final List<String> CONTAINER = List.of(MEMORY, "-XX:+UseSerialGC");

    private static final Path OPTIONS = Path.of("deploy/image/java.options");

    private final Path work;
    private final List<String> settings;
    private final int port;
    private final double plainStartSeconds;
    private final double startSeconds;
    private Process process;

    /**
     * Starts three times beside a database: for the AOT cache, which also migrates the database; as
     * the plain jar, to compare with; and as packaged, to stay.
     *
     * @param settings arguments of the gateway, without the port
     * @param profiled whether the JVM records itself into target/benchmark.jfr; it then leaves the
     *     cache aside, so what it says of start and memory does not count
     */
    PackagedGateway(Path jar, Path work, List<String> settings, boolean profiled) throws Exception {
        this.work = work;
        this.settings = settings;
        Path files = work.resolve("seedgate");
        run(
                List.of(
                        "-Djarmode=tools",
                        "-jar",
                        jar.toAbsolutePath().toString(),
                        "extract",
                        "--destination",
                        files.toString()));
        Path laidOut = files.resolve(jar.getFileName());
        Path cache = work.resolve("seedgate.aot");
        String options = "@" + OPTIONS.toAbsolutePath();
        port = FreePort.find();
        // G1's cache can be used by the serial collector too, not the other way round.
        start(List.of(options, MEMORY, "-XX:+UseG1GC", "-XX:AOTCacheOutput=" + cache), laidOut);
        close();
        plainStartSeconds = start(CONTAINER, jar);
        close();
        List<String> packaged = new ArrayList<>(CONTAINER);
        packaged.add(options);
        packaged.add("-XX:AOTCache=" + cache);
        if (profiled) {
            packaged.add("-XX:FlightRecorderOptions=stackdepth=256");
            packaged.add(
                    "-XX:StartFlightRecording=settings=profile,filename="
                            + Path.of("target/benchmark.jfr").toAbsolutePath());
        }
        startSeconds = start(packaged, laidOut);
    }

    int port() {
        return port;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** From the process's begin until it is ready. */
    double startSeconds() {
        return startSeconds;
    }

    /** The same of the plain jar, without an AOT cache. */
    double plainStartSeconds() {
        return plainStartSeconds;
    }

    /** What the process holds of the machine's memory. */
    double residentMegabytes() throws IOException {
        String status = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "status"));
        Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
        return resident.find() ? Long.parseLong(resident.group(1)) / 1024.0 : 0;
    }

    /** The processor time that the JVM's compilers have had, but for those that it has ended. */
    Duration compilerTime() throws IOException {
        Duration all = Duration.ZERO;
        Path threads = Path.of("/proc", String.valueOf(process.pid()), "task");
        try (var each = Files.newDirectoryStream(threads)) {
            for (Path thread : each) {
                try {
                    if (Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*")) {
                        all = all.plus(ProcessorTime.ofThread(thread.resolve("stat")));
                    }
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return all;
    }

    private double start(List<String> options, Path jar) throws Exception {
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString(), "--server.port=" + port));
        command.addAll(settings);
        long begin = System.nanoTime();
        process = java(work.resolve("gateway.log"), command);
        awaitReady();
        return (System.nanoTime() - begin) / 1e9;
    }

    private void awaitReady() throws Exception {
        byte[] request = HttpConnection.request("GET", "/actuator/health/readiness", "", "");
        while (process.isAlive()) {
            try (HttpConnection connection = new HttpConnection(port)) {
                if (connection.send(request).status() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not there yet.
            }
            // Nor ready: asked without a pause, it would have less of the processor to become so.
            Thread.sleep(50);
        }
        throw new IllegalStateException("the gateway has ended: " + work.resolve("gateway.log"));
    }

    private void run(List<String> arguments) throws Exception {
        Path log = work.resolve("extract.log");
        if (java(log, arguments).waitFor() != 0) {
            throw new IllegalStateException("the jar can't be laid out: " + Files.readString(log));
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(90, TimeUnit.SECONDS)
                .exceptionally(_ -> process.destroyForcibly())
                .join();
    }

    /** Starts this machine's JVM; it ends with the benchmark. */
    static Process java(Path log, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }
}
