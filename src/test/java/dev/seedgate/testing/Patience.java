package dev.seedgate.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long all tests wait for what they expect, in this one place. It decides only when a test that
 * fails is given up: a machine under load takes as long as it takes, and what comes late has come.
 * A test has a limit of its own only where the limit is what the gateway promises.
 */
public final class Patience implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(5));
    }
}
