package dev.seedgate.operations.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import dev.seedgate.testing.Gateway;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
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
            Consumer<Page> admin = page -> signIn(page, base);
            Consumer<Page> member = page -> signInAsMember(page, base, data);
            for (Shot shot : Shot.values()) {
                shoot(browser, base, admin, pages(data), shot, "");
                shoot(browser, base, member, memberPages(data), shot, "member-");
            }
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
        pages.add(
                "/console/teams/"
                        + data.studio().slug()
                        + "/budget?check=1&project=film&monthly_credits=1000");
        pages.add("/console/webhooks/" + data.endpoint());
        pages.add("/console/audit?action=team.create");
        pages.add("/console/reports?group_by=team&group_by=project");
        pages.add("/console/reports?month=" + YearMonth.now(ZoneOffset.UTC));
        pages.add("/console/reports/entries?figure=net&team=" + data.studio().slug());
        pages.add("/console/playground?team=" + data.studio().slug());
        pages.add("/console/playground/" + data.succeeded());
        pages.add("/console/nothing");
        return pages;
    }

    /** What a member of the studio may open. */
    static List<String> memberPages(ConsoleData data) {
        return List.of(
                "/console",
                "/console/tasks",
                "/console/teams",
                "/console/playground",
                "/console/webhooks",
                "/console/tasks?team=nobody",
                "/console/tasks/" + data.succeeded(),
                "/console/tasks/" + data.uncertain(),
                "/console/teams/" + data.studio().slug(),
                "/console/webhooks/" + data.endpoint(),
                "/console/playground/" + data.succeeded(),
                "/console/vendor",
                "/console/teams/" + data.social().slug());
    }

    /** Signs in a member of the studio, for whom the provider vouched. */
    static void signInAsMember(Page page, String base, ConsoleData data) {
        String token = ConsoleClient.memberToken(data.gateway(), data.studio());
        page.context()
                .addCookies(
                        List.of(
                                new Cookie(ConsoleClient.SESSION, token)
                                        .setUrl(base.replace("http:", "https:"))
                                        .setSecure(true)
                                        .setHttpOnly(true)));
        page.navigate(base + "/console");
    }

    static void signIn(Page page, String base) {
        signIn(page, base, Gateway.ADMIN_KEY);
    }

    static void signIn(Page page, String base, String key) {
        page.navigate(base + "/console/login");
        page.getByLabel("Admin key").fill(key);
        page.getByText("Sign in", new Page.GetByTextOptions().setExact(true)).last().click();
        page.waitForURL(base + "/console");
    }

    /** How a page is looked at. */
    private enum Shot {
        WIDE(1280, 900, ColorScheme.LIGHT),
        NARROW(360, 780, ColorScheme.LIGHT),
        DARK(1280, 900, ColorScheme.DARK);

        private final int width;
        private final int height;
        private final ColorScheme scheme;

        Shot(int width, int height, ColorScheme scheme) {
            this.width = width;
            this.height = height;
            this.scheme = scheme;
        }
    }

    private static void shoot(
            Browser browser,
            String base,
            Consumer<Page> signIn,
            List<String> pages,
            Shot shot,
            String whose) {
        try (BrowserContext context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(shot.width, shot.height)
                                .setColorScheme(shot.scheme)
                                .setTimezoneId("Europe/Berlin")
                                .setLocale("en-GB"))) {
            Page page = context.newPage();
            signIn.accept(page);
            int number = 0;
            for (String path : pages) {
                page.navigate(base + path);
                page.waitForLoadState();
                String name =
                        "%s%02d-%s-%s.png"
                                .formatted(
                                        whose,
                                        number++,
                                        path.substring(1)
                                                .replaceAll("sd15p_.*", "task")
                                                .replaceAll("[^A-Za-z0-9-]+", "-"),
                                        shot.name().toLowerCase(Locale.ROOT));
                page.screenshot(
                        new Page.ScreenshotOptions()
                                .setPath(FOLDER.resolve(name))
                                .setFullPage(true));
            }
        }
    }
}
