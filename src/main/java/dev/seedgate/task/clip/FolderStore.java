package dev.seedgate.task.clip;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Storage in a folder, which all replicas share. A clip is written beside the others, forced to the
 * disk and then renamed: what stands under its name is whole.
 */
final class FolderStore implements ClipStore {

    private static final Logger log = LoggerFactory.getLogger(FolderStore.class);

    private static final String INCOMING = ".incoming";

    /** Longer than the longest transfer: what is older has nobody who writes it. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path folder;
    private final Path incoming;

    /**
     * Makes the folder where it is missing, and clears away what an earlier process left
     * unfinished.
     */
    FolderStore(Path folder) {
        this.folder = folder;
        incoming = folder.resolve(INCOMING);
        try {
            Files.createDirectories(incoming);
            Path probe = Files.createTempFile(incoming, "probe-", ".part");
            FileTime now = Files.getLastModifiedTime(probe);
            Files.delete(probe);
            clear(now.toInstant().minus(ABANDONED));
        } catch (IOException e) {
            throw new StartupException(
                    "SEEDGATE_CLIPS_FOLDER: no clip can be written to %s (%s)."
                            .formatted(folder, e.getClass().getSimpleName()),
                    e);
        }
    }

    private void clear(Instant before) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(incoming, "*.part")) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
                    Files.deleteIfExists(part);
                    log.info("an unfinished copy of a clip was cleared away: {}", part);
                }
            }
        }
    }

    @Override
    public boolean put(String key, String type, long length, InputStream bytes) throws IOException {
        Path file = folder.resolve(key);
        if (Files.exists(file)) {
            return false;
        }
        Path directory = Objects.requireNonNull(file.getParent());
        Path part = Files.createTempFile(incoming, file.getFileName() + "-", ".part");
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                long written = bytes.transferTo(out);
                if (written != length) {
                    throw new IOException("%d bytes instead of %d".formatted(written, length));
                }
                channel.force(true);
            }
            Files.createDirectories(directory);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            force(directory);
        } finally {
            Files.deleteIfExists(part);
        }
        return true;
    }

    /** So that the name outlives a power failure too. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every file system can; its file is there all the same.
            log.debug("{} can't be forced to the disk", directory, e);
        }
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        try {
            return OptionalLong.of(Files.size(folder.resolve(key)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public InputStream read(String key, long from, long length) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(key), StandardOpenOption.READ);
        channel.position(from);
        return Channels.newInputStream(channel);
    }

    @Override
    public void delete(String key) throws IOException {
        Files.deleteIfExists(folder.resolve(key));
    }
}
