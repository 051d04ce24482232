package dev.seedgate.task.clip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real storage of copies, which tests look into and take away. */
interface Storage extends AutoCloseable {

    /** The settings of a gateway that keeps copies there. */
    String[] settings();

    /** What is there under this key; null = nothing. */
    byte @Nullable [] find(String key);

    void put(String key, byte[] bytes);

    void delete(String key);

    /** It can't be reached from now on. */
    void away();

    /** It can be reached again, with all that it had. */
    void back();

    @Override
    void close();

    /** A folder. */
    static Storage folder(Path parent) {
        Path folder = parent.resolve("clips");
        Path hidden = parent.resolve("hidden");
        return new Storage() {
            @Override
            public String[] settings() {
                return new String[] {"seedgate.clips-folder=" + folder};
            }

            @Override
            public byte @Nullable [] find(String key) {
                try {
                    return Files.readAllBytes(folder.resolve(key));
                } catch (NoSuchFileException e) {
                    return null;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void put(String key, byte[] bytes) {
                run(() -> {
                    Files.createDirectories(folder.resolve(key).getParent());
                    // Whole at once, as a gateway does it: one may look at any time.
                    Path whole = Files.write(parent.resolve("whole"), bytes);
                    Files.move(whole, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
                });
            }

            @Override
            public void delete(String key) {
                run(() -> Files.delete(folder.resolve(key)));
            }

            @Override
            public void away() {
                run(() -> {
                    Files.move(folder, hidden);
                    // Where it was mounted is no folder.
                    Files.createFile(folder);
                });
            }

            @Override
            public void back() {
                run(() -> {
                    Files.delete(folder);
                    Files.move(hidden, folder);
                });
            }

            @Override
            public void close() {}
        };
    }

    /** Something with files. */
    interface Action {
        void run() throws Exception;
    }

    static void run(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** These settings and those of a gateway on it. */
    default String[] settings(String... more) {
        return java.util.stream.Stream.concat(List.of(settings()).stream(), List.of(more).stream())
                .toArray(String[]::new);
    }
}
