package dev.seedgate.upstream;

import dev.seedgate.shared.StartupProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The key that the vendor is called with. One from a file is read again when the file changes. */
final class VendorKey {

    private static final Logger log = LoggerFactory.getLogger(VendorKey.class);

    private final @Nullable Path file;
    private volatile Read read;

    private VendorKey(@Nullable Path file, Read read) {
        this.file = file;
        this.read = read;
    }

    /** The configured key, or null when none is: an empty variable counts as not set. */
    static @Nullable VendorKey of(UpstreamSettings settings) {
        String key = settings.upstreamApiKey() == null ? "" : settings.upstreamApiKey().strip();
        Path file = settings.upstreamApiKeyFile();
        boolean fromFile = file != null && !file.toString().isBlank();
        if (fromFile && !key.isEmpty()) {
            throw new StartupProblem(
                    "Both SEEDGATE_UPSTREAM_API_KEY and SEEDGATE_UPSTREAM_API_KEY_FILE are set:"
                            + " remove one of them.");
        }
        if (file == null || !fromFile) {
            return key.isEmpty() ? null : fixed(key);
        }
        try {
            return new VendorKey(file, read(file));
        } catch (IOException e) {
            throw new StartupProblem(
                    "SEEDGATE_UPSTREAM_API_KEY_FILE can't be read: "
                            + file
                            + " ("
                            + e.getClass().getSimpleName()
                            + ").");
        }
    }

    static VendorKey fixed(String key) {
        return new VendorKey(null, new Read(checked(key), FileTime.fromMillis(0)));
    }

    String value() {
        Path path = file;
        if (path != null) {
            reread(path);
        }
        return read.key();
    }

    /** A file that is gone or broken for a moment, as in a rotation, leaves the key as it was. */
    private void reread(Path path) {
        try {
            if (!Files.getLastModifiedTime(path).equals(read.changed())) {
                read = read(path);
                log.info("The vendor's key was read again from its file");
            }
        } catch (IOException | StartupProblem e) {
            log.warn("The vendor's key file can't be read; the old key stays in use: {}", path);
        }
    }

    private static Read read(Path file) throws IOException {
        // The time first: a change between the two is then read again.
        FileTime changed = Files.getLastModifiedTime(file);
        return new Read(checked(Files.readString(file).strip()), changed);
    }

    private static String checked(String key) {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new StartupProblem(
                    "The vendor's key must be visible ASCII characters on one line; the configured"
                            + " one is empty or has others.");
        }
        return key;
    }

    private record Read(String key, FileTime changed) {}
}
