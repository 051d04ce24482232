package dev.seedgate.operations.embedded;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The folder of embedded mode: readable by its owner only, used by one gateway at a time. */
final class LockedDirectory implements AutoCloseable {

    /** Of this process: where it opens and closes a lock's file again, POSIX drops the lock. */
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private LockedDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes the folder if need be and takes it; the lock goes with the process, however it ends.
     */
    static LockedDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            Path folder = path.toRealPath();
            restrict(folder, "rwx------");
            if (!TAKEN.add(folder)) {
                throw inUse(folder);
            }
            return new LockedDirectory(folder, lock(folder));
        } catch (IOException e) {
            throw new StartupException(
                    "The folder %s can't be used (%s): make it writable, or choose another with SEEDGATE_EMBEDDED_DIRECTORY."
                            .formatted(path.toAbsolutePath(), e),
                    e);
        }
    }

    Path path() {
        return path;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Writes a file that only the owner can read, whole or not at all. */
    void writeSecret(String name, String text) {
        try {
            Path part = path.resolve(name + ".part");
            Files.deleteIfExists(part);
            Files.createFile(part);
            restrict(part, "rw-------");
            Files.writeString(part, text);
            Files.move(
                    part,
                    path.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            TAKEN.remove(path);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            TAKEN.remove(folder);
            throw inUse(folder);
        }
        return channel;
    }

    private static StartupException inUse(Path folder) {
        return new StartupException(
                "The folder %s is in use by another gateway: stop that one, or give this one a folder of its own with SEEDGATE_EMBEDDED_DIRECTORY."
                        .formatted(folder));
    }

    private static void restrict(Path path, String permissions) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        }
    }
}
