package dev.seedgate.faults;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.FreePort;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A gateway in a process of its own, so that it can be killed. Its log stays in {@code
 * target/faults}.
 */
final class GatewayProcess implements AutoCloseable {

    private static final Path LOGS = Path.of("target", "faults");

    private final Process process;
    private final Gateway gateway;

    private GatewayProcess(Process process, Gateway gateway) {
        this.process = process;
        this.gateway = gateway;
    }

    /** Starts one without waiting for it. */
    static GatewayProcess launch(
            String name, int port, TestDatabase database, FakeVendor vendor, String... settings) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.seedgate.Launcher"));
        List<String> all = new ArrayList<>(List.of(settings));
        // An option of the Java machine goes before the class.
        all.stream().filter(it -> it.startsWith("-")).forEach(it -> command.add(1, it));
        all.removeIf(it -> it.startsWith("-"));
        all.add("server.port=" + port);
        command.addAll(List.of(Gateway.arguments(database, vendor, all.toArray(String[]::new))));
        try {
            Files.createDirectories(LOGS);
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(LOGS.resolve(name + "-" + port + ".log").toFile())
                            .start();
            // Nor does it outlive tests that are broken off.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new GatewayProcess(process, Gateway.at(port, database, vendor));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static GatewayProcess start(
            String name, TestDatabase database, FakeVendor vendor, String... settings) {
        return launch(name, FreePort.find(), database, vendor, settings).awaitReady();
    }

    GatewayProcess awaitReady() {
        Awaitility.await("the gateway's process serves")
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .failFast("it has ended", () -> !process.isAlive())
                .until(() ->
                        gateway.call("GET", "/actuator/health/readiness", null, null).status()
                                == 200);
        return this;
    }

    /** The way to it. */
    Gateway gateway() {
        return gateway;
    }

    /** As kill -9 does, or the loss of the machine. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM, and waits until it has ended. */
    void stop() {
        process.destroy();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
