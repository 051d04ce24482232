package dev.seedgate.operations.console;

import static dev.seedgate.operations.console.ConsoleBrowserTests.button;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Ways through several pages of the console in a real browser, with the sandbox, whose clips are
 * real ones; skipped where there is no browser.
 */
class ConsoleJourneyTests {

    private static FakeVendor unused;
    private static Gateway gateway;
    private static Team team;
    private static String base;

    @BeforeAll
    static void start() {
        Chromium.browser();
        unused = FakeVendor.start();
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        unused,
                        "seedgate.upstream-api-key=",
                        "seedgate.upstream-base-url=",
                        "seedgate.sandbox-render-time=100ms",
                        "seedgate.ledger-check-interval=50ms");
        team = gateway.team();
        base = "http://localhost:" + gateway.port();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            unused.close();
        }
    }

    @Test
    void fromAPromptToAClipThatPlaysToItsEnd() {
        try (BrowserContext context = ConsoleBrowserTests.context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/playground?team=" + team.slug());
            page.getByLabel("Prompt").fill("A paper boat drifts down a rainy street");
            button(page, "Send").click();
            page.waitForURL("**/console/playground/sd15p_*");
            Locator video = page.locator("video");
            video.waitFor();
            Object ended =
                    video.evaluate(
                            """
                            video => new Promise((done, fail) => {
                                video.addEventListener('ended', () => done(video.currentTime === video.duration));
                                video.addEventListener('error', () => fail(new Error(video.error.message)));
                                video.muted = true;
                                video.playbackRate = 8;
                                video.play();
                            })
                            """);
            assertThat(ended).isEqualTo(true);
            assertThat(page.locator("#state").textContent()).contains("It is done.");
        }
    }

    @Test
    void fromAMonthThatIsOverToItsStatement() {
        // The last one can't be closed in this one's first hour.
        YearMonth month = YearMonth.now(ZoneOffset.UTC).minusMonths(2);
        try (BrowserContext context = ConsoleBrowserTests.context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/reports?month=" + month);
            Locator close = button(page, "Close this month");
            // The ledger check has to go round first.
            Awaitility.await()
                    .until(() -> {
                        page.reload();
                        return close.isVisible();
                    });
            close.click();
            page.waitForURL("**/console/statements/" + month);
            assertThat(page.locator("main").textContent())
                    .contains("Closed by", "password:admin")
                    .doesNotContain("PREVIEW");
        }
    }
}
