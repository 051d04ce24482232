package dev.seedgate.task.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies in a folder. */
class FolderCopyTests extends CopyTests {

    @Override
    Storage open(Path directory) {
        return Storage.folder(directory);
    }

    @Test
    void leavesNothingOfAPutThatFails(@TempDir Path folder) throws IOException {
        FolderStore store = new FolderStore(folder);
        InputStream broken =
                new FilterInputStream(new ByteArrayInputStream(new byte[10_000])) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        int bytes = super.read(buffer, offset, length);
                        if (bytes < 0) {
                            throw new IOException("broken");
                        }
                        return bytes;
                    }
                };
        assertThatThrownBy(() -> store.put("clips/day/one", "video/mp4", 20_000, broken))
                .hasMessage("broken");
        assertThatThrownBy(() ->
                        store.put(
                                "clips/day/one",
                                "video/mp4",
                                20_000,
                                new ByteArrayInputStream(new byte[10_000])))
                .hasMessage("10000 bytes instead of 20000");
        assertThat(files(folder)).isEmpty();
    }

    @Test
    void clearsAwayWhatWasLeftUnfinishedLongAgo(@TempDir Path folder) throws IOException {
        Path incoming = Files.createDirectories(folder.resolve(".incoming"));
        Path old = Files.createFile(incoming.resolve("old.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(100_000)));
        Path fresh = Files.createFile(incoming.resolve("fresh.part"));
        FolderStore store = new FolderStore(folder);
        assertThat(store.size("clips/day/one")).isEmpty();
        assertThat(files(folder)).containsExactly(fresh);
    }

    @Test
    void saysAtTheStartThatItCantBeWritten(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        assertThatThrownBy(() -> new FolderStore(file))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("SEEDGATE_CLIPS_FOLDER");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
