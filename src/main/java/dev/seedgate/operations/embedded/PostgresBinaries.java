package dev.seedgate.operations.embedded;

import dev.seedgate.platform.values.StartupException;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.springframework.util.FileSystemUtils;

/**
 * PostgreSQL's own binaries, unpacked from the library's archive. They are started by hand and not
 * by the library, whose server is not durable and whose shutdown hook stops it at once, before the
 * requests under way have their answers.
 */
final class PostgresBinaries {

    private static final int OWNER_MAY_EXECUTE = 0100;

    private final Path folder;
    private final Path output;

    private PostgresBinaries(Path folder, Path output) {
        this.folder = folder;
        this.output = output;
    }

    /** Unpacks the archive beside the data unless this very archive already is. */
    static PostgresBinaries unpackedIn(LockedDirectory parent) throws IOException {
        byte[] archive = archive();
        CRC32 crc = new CRC32();
        crc.update(archive);
        Path folder = parent.resolve("server-%08x".formatted(crc.getValue()));
        if (!Files.isDirectory(folder)) {
            Path part = parent.resolve("server.part");
            FileSystemUtils.deleteRecursively(part);
            unpack(archive, part);
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        }
        return new PostgresBinaries(folder, parent.resolve("commands.log"));
    }

    /** For example {@code 18}. */
    String majorVersion() throws IOException {
        String line = run("postgres", "--version");
        return line.substring(line.lastIndexOf(") ") + 2).replaceFirst("\\D.*", "");
    }

    /** Runs one of the binaries to its end and returns the last line that it wrote. */
    String run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL refuses to run as root; in a user namespace of its own root is nobody.
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(folder.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // A file and no pipe: the server inherits it and would keep a pipe open for ever.
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C");
        int exit = await(builder.start());
        String last = lastLine(output);
        if (exit != 0) {
            throw new IOException(program + " ended with " + exit + ": " + last);
        }
        return last;
    }

    static String lastLine(Path file) throws IOException {
        return Files.exists(file)
                ? Files.readString(file).lines().filter(l -> !l.isBlank()).reduce("", (a, b) -> b)
                : "";
    }

    private static int await(Process process) throws IOException {
        try {
            process.getOutputStream().close();
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static byte[] archive() throws IOException {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system =
                name.startsWith("windows")
                        ? "Windows"
                        : name.startsWith("mac") ? "Darwin" : "Linux";
        String processor = System.getProperty("os.arch", "");
        try (InputStream in =
                DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, processor)) {
            return in.readAllBytes();
        } catch (IllegalStateException e) {
            throw new StartupException(
                    "There is no embedded PostgreSQL for %s on %s: set SPRING_DATASOURCE_URL, SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD."
                            .formatted(system, processor),
                    e);
        }
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(entry.getName() + " points out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    write(tar, entry, path, target);
                }
            }
        }
    }

    private static void write(
            TarArchiveInputStream tar, TarArchiveEntry entry, Path path, Path target)
            throws IOException {
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(path, target.resolve(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            if ((entry.getMode() & OWNER_MAY_EXECUTE) != 0
                    && !path.toFile().setExecutable(true, true)) {
                throw new IOException("can't make executable: " + path);
            }
        }
    }
}
