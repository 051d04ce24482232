package dev.seedgate.operations.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.seedgate.testing.Gateway;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Pictures of every page, wide, narrow and dark, in {@code target/screenshots}. Not part of a
 * build: {@code ./mvnw test -Dtest=ConsoleScreenshots}.
 */
class ConsoleScreenshots {

    private static final Path FOLDER = Path.of("target", "screenshots");

    @Test
    void ofEveryPage() {
        Browser browser = Chromium.browser();
        try (ConsoleData data = ConsoleData.make()) {
            String base = "http://localhost:" + data.gateway().port();
            List<String> pages = pages(data);
            shoot(browser, base, pages, 1280, 900, ColorScheme.LIGHT, "wide");
            shoot(browser, base, pages, 360, 780, ColorScheme.LIGHT, "narrow");
            shoot(browser, base, pages, 1280, 900, ColorScheme.DARK, "dark");
        }
    }

    /** Every page of the navigation, and one of each thing. */
    static List<String> pages(ConsoleData data) {
        List<String> pages = new ArrayList<>(List.of("/console/login"));
        data.gateway().bean(Navigation.class).getGroups().stream()
                .flatMap(it -> it.links().stream())
                .forEach(it -> pages.add(it.path()));
        pages.add("/console/tasks?team=nobody&phase=FAILED");
        pages.add("/console/tasks?phase=UNCERTAIN");
        pages.add("/console/tasks/refund?phase=UNCERTAIN");
        pages.add("/console/tasks/" + data.succeeded());
        pages.add("/console/tasks/" + data.uncertain());
        pages.add("/console/teams/" + data.studio().slug());
        pages.add("/console/webhooks/" + data.endpoint());
        pages.add("/console/audit?action=team.create");
        pages.add("/console/reports?group_by=team&group_by=project");
        pages.add("/console/reports?month=" + YearMonth.now(ZoneOffset.UTC));
        pages.add("/console/playground?team=" + data.studio().slug());
        pages.add("/console/playground/" + data.succeeded());
        pages.add("/console/nothing");
        return pages;
    }

    static void signIn(Page page, String base) {
        page.navigate(base + "/console/login");
        page.getByLabel("Admin key").fill(Gateway.ADMIN_KEY);
        page.getByText("Sign in", new Page.GetByTextOptions().setExact(true)).last().click();
        page.waitForURL(base + "/console");
    }

    private static void shoot(
            Browser browser,
            String base,
            List<String> pages,
            int width,
            int height,
            ColorScheme scheme,
            String kind) {
        try (BrowserContext context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(width, height)
                                .setColorScheme(scheme)
                                .setTimezoneId("Europe/Berlin")
                                .setLocale("en-GB"))) {
            Page page = context.newPage();
            signIn(page, base);
            int number = 0;
            for (String path : pages) {
                page.navigate(base + path);
                page.waitForLoadState();
                String name =
                        "%02d-%s-%s.png"
                                .formatted(
                                        number++,
                                        path.substring(1)
                                                .replaceAll("sd15p_.*", "task")
                                                .replaceAll("[^A-Za-z0-9-]+", "-"),
                                        kind);
                page.screenshot(
                        new Page.ScreenshotOptions()
                                .setPath(FOLDER.resolve(name))
                                .setFullPage(true));
            }
        }
    }
}
