package dev.seedgate.task.clip;

import dev.seedgate.platform.telemetry.Loops;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * The periodic job that deletes copies whose time is over. Every replica may run it at any time: to
 * delete one twice does no harm, and one that was deleted without a word is deleted again.
 */
@Component
class ClipRetention {

    private final ClipCopies copies;
    private final ClipCopySettings settings;
    private final MeterRegistry meters;

    ClipRetention(
            ClipCopies copies,
            ClipCopySettings settings,
            ObjectProvider<ClipStore> store,
            MeterRegistry meters,
            Loops loops) {
        this.copies = copies;
        this.settings = settings;
        this.meters = meters;
        meters.counter("seedgate.clips.purged.bytes");
        ClipStore storage = store.getIfAvailable();
        if (storage != null) {
            loops.drain(settings.clipsPurgeInterval(), "clip-retention", () -> purge(storage));
        }
    }

    private boolean purge(ClipStore storage) {
        List<ClipCopies.Expired> expired = copies.expired();
        for (ClipCopies.Expired copy : expired) {
            try {
                storage.delete(copy.key());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            long bytes = copies.purged(copy.task());
            meters.counter("seedgate.clips.purged.bytes").increment((double) bytes);
        }
        return expired.size() == settings.clipsPurgeBatch();
    }
}
