package dev.seedgate.vendor.throttle;

import dev.seedgate.platform.database.Loop;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Loop that reads the cluster's pauses into memory again and again; a failed read never ends it.
 */
public final class PauseRefresher implements SmartLifecycle {

    private final Loop loop;

    public PauseRefresher(VendorPauses pauses, Duration interval, Runnable onFailure) {
        loop =
                new Loop(
                        "vendor-pauses",
                        () -> {
                            pauses.refresh();
                            return interval;
                        },
                        interval,
                        onFailure);
    }

    @Override
    public void start() {
        // The first look before anyone asks: a restarted instance knows of the pauses at once.
        loop.startWithAStep();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    @Override
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** Before whoever calls the vendor, and after it on the way down. */
    @Override
    public int getPhase() {
        return -1000;
    }
}
