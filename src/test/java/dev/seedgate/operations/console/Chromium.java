package dev.seedgate.operations.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The Chromium of the machine, driven from here; one a process, as starting it takes seconds. */
final class Chromium {

    private static @Nullable Browser browser;

    private Chromium() {}

    /** Skips the calling test, with a line that says so, where there is none. */
    static synchronized Browser browser() {
        Optional<Path> path = installed();
        Assumptions.assumeTrue(
                path.isPresent(),
                "SKIPPED: there is no Chromium on this machine; apt-get install chromium, or name it in CHROMIUM");
        Browser running = browser;
        if (running == null) {
            Playwright playwright =
                    Playwright.create(
                            new Playwright.CreateOptions()
                                    .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            running =
                    playwright
                            .chromium()
                            .launch(
                                    new BrowserType.LaunchOptions()
                                            .setExecutablePath(path.orElseThrow())
                                            // As root, in a container, there is no sandbox to make.
                                            .setArgs(List.of("--no-sandbox")));
            browser = running;
            Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        }
        return running;
    }

    private static Optional<Path> installed() {
        return Stream.of(
                        Optional.ofNullable(System.getenv("CHROMIUM")).orElse("/usr/bin/chromium"),
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }
}
