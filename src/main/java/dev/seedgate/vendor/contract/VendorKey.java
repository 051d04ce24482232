package dev.seedgate.vendor.contract;

import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.StartupException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** API key that the vendor is called with. One from a file is read again when the file changes. */
final class VendorKey {

    private final Supplier<String> text;

    private VendorKey(Supplier<String> text) {
        this.text = text;
    }

    /** The configured key, or null when none is: an empty variable counts as not set. */
    static @Nullable VendorKey of(UpstreamSettings settings) {
        String key = settings.upstreamApiKey() == null ? "" : settings.upstreamApiKey().strip();
        Path file = settings.upstreamApiKeyFile();
        boolean fromFile = file != null && !file.toString().isBlank();
        if (fromFile && !key.isEmpty()) {
            throw new StartupException(
                    "Both SEEDGATE_UPSTREAM_API_KEY and SEEDGATE_UPSTREAM_API_KEY_FILE are set:"
                            + " remove one of them.");
        }
        if (file == null || !fromFile) {
            return key.isEmpty() ? null : fixed(key);
        }
        return new VendorKey(
                SecretFile.open("SEEDGATE_UPSTREAM_API_KEY_FILE", file, VendorKey::validated)
                        ::value);
    }

    static VendorKey fixed(String key) {
        String good = validated(key);
        return new VendorKey(() -> good);
    }

    String value() {
        return text.get();
    }

    private static String validated(String key) {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new StartupException(
                    "The vendor's key must be visible ASCII characters on one line; the configured"
                            + " one is empty or has others.");
        }
        return key;
    }
}
