package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.SelectOption;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The console in a real browser; skipped where there is none. */
class ConsoleBrowserTests {

    // The smallest phones, and a laptop.
    private static final int NARROW = 360;
    private static final int WIDE = 1280;
    private static final int HEIGHT = 900;

    private static final Set<String> GRAVE = Set.of("serious", "critical");

    private static ConsoleData data;
    private static String base;

    @BeforeAll
    static void start() {
        Chromium.browser();
        data = ConsoleData.make();
        // Browsers take cookies for https alone from here too.
        base = "http://localhost:" + data.gateway().port();
    }

    @AfterAll
    static void stop() {
        if (data != null) {
            data.close();
        }
    }

    /** No error in the browser's console, of which one of the content policy is one too. */
    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void everyPageIsCleanAndForEverybody(ColorScheme scheme) {
        List<String> findings = new ArrayList<>();
        try (BrowserContext context = context(scheme)) {
            Page page = context.newPage();
            String[] at = {""};
            page.onConsoleMessage(message -> note(findings, at[0], message));
            page.onPageError(error -> findings.add(at[0] + ": " + error));
            ConsoleScreenshots.signIn(page, base);
            for (String path : ConsoleScreenshots.pages(data)) {
                at[0] = path;
                look(page, path, scheme, findings);
            }
            ConsoleScreenshots.signInAsMember(page, base, data);
            for (String path : ConsoleScreenshots.memberPages(data)) {
                at[0] = path;
                look(page, path, scheme, findings);
            }
        }
        assertThat(findings).isEmpty();
    }

    private static void look(Page page, String path, ColorScheme scheme, List<String> findings) {
        page.setViewportSize(NARROW, HEIGHT);
        page.navigate(base + path);
        fits(page, path, NARROW, findings);
        page.setViewportSize(WIDE, HEIGHT);
        fits(page, path, WIDE, findings);
        // No page has frames of others, for which axe else opens a second page.
        AxeBuilder axe = new AxeBuilder(page).setLegacyMode(true);
        if (scheme == ColorScheme.DARK) {
            // What colours decide; all else is as in the light.
            axe.withRules(List.of("color-contrast", "link-in-text-block"));
        }
        axe.analyze().getViolations().stream()
                .filter(it -> GRAVE.contains(it.getImpact()))
                .forEach(it ->
                        findings.add(
                                path
                                        + ": "
                                        + it.getId()
                                        + " "
                                        + it.getNodes().stream()
                                                .map(node -> node.getHtml())
                                                .toList()));
    }

    private static void note(List<String> findings, String path, ConsoleMessage message) {
        // The browser's own line about a page that is not there, or not for a member.
        boolean missing =
                message.text().matches(".*status of 40[34].*")
                        && message.location().startsWith(base + path);
        if (message.type().equals("error") && !missing) {
            findings.add(path + ": " + message.text());
        }
    }

    /** Neither a page nor a table in it has to be scrolled sideways. */
    private static void fits(Page page, String path, int screen, List<String> findings) {
        Object width = page.evaluate("document.documentElement.scrollWidth");
        Object scrolled =
                page.evaluate(
                        "[...document.querySelectorAll('.scroll')].filter(it => it.scrollWidth > it.clientWidth).length");
        if (((Number) width).intValue() > screen || !scrolled.equals(0)) {
            findings.add(
                    "%s on a screen of %d: %s wide, %s tables wider"
                            .formatted(path, screen, width, scrolled));
        }
    }

    @Test
    void makesATeamAndAKeyAndShowsItsTextOnce() {
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/teams");
            page.getByText("Make a team").click();
            page.getByLabel("Slug").fill("browser");
            page.getByLabel("Name").fill("Made in a browser");
            button(page, "Make the team").click();
            page.waitForURL("**/console/teams/browser?done=created");
            page.getByLabel("Name").fill("app");
            button(page, "Make the key").click();
            Locator key = page.locator(".notice .code pre");
            assertThat(key.textContent()).startsWith("sg");
            button(page, "Copy").first().waitFor();
            // Asked for again it is the team's page, and no second key.
            page.waitForURL("**/console/teams/browser");
            page.reload();
            assertThat(page.url()).isEqualTo(base + "/console/teams/browser");
            assertThat(key.count()).isZero();
            assertThat(page.locator("#keys tbody tr").count()).isOne();
        }
    }

    /**
     * From the first page to a clip, with a key made on the way; of the other team there is
     * nothing.
     */
    @Test
    void letsAMemberOrderForTheirTeamAlone() {
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signInAsMember(page, base, data);
            assertThat(page.locator("nav[aria-label=Pages] a").allTextContents())
                    .containsExactly("Overview", "Tasks", "Teams", "Playground", "Webhooks");
            assertThat(page.locator("main").textContent())
                    .contains("Studio", "Credits left")
                    .doesNotContain("Social media");
            page.getByText("Keys", new Page.GetByTextOptions().setExact(true)).click();
            page.getByText("Make a key").click();
            page.getByLabel("Name").fill("of a member");
            button(page, "Make the key").click();
            assertThat(page.locator(".notice .code pre").textContent()).startsWith("sg");
            page.getByText("Order a clip").click();
            page.getByLabel("Prompt").fill("A member's kite");
            page.getByLabel("Charged to the key").selectOption(new SelectOption().setIndex(1));
            button(page, "Send").click();
            page.waitForURL("**/console/playground/sd15p_*");
            assertThat(page.locator("main").textContent())
                    .contains("A member's kite", "of a member");
            page.navigate(base + "/console/teams/" + data.social().slug());
            assertThat(page.locator("h1").textContent()).isEqualTo("There is no such page");
        }
    }

    /** What each role may do is there to click; what it may not is neither there nor reached. */
    @ParameterizedTest
    @CsvSource({
        "viewer, false, false",
        "operator, true, false",
        "admin, true, true",
    })
    void offersEachRoleWhatItMayDo(String role, boolean operates, boolean administers) {
        String key =
                data.gateway()
                        .admin("POST", "/admin-keys", Json.of("name", "a " + role, "role", role))
                        .json()
                        .get("key")
                        .stringValue();
        String team = "/console/teams/" + data.social().slug();
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base, key);
            page.navigate(base + team);
            assertThat(page.getByText("Suspend", exactly()).first().isVisible())
                    .isEqualTo(operates);
            assertThat(page.getByText("Top up", exactly()).isVisible()).isEqualTo(administers);
            assertThat(page.getByText("Make a key", exactly()).isVisible()).isEqualTo(administers);
            page.navigate(base + "/console/vendor");
            assertThat(page.getByText("Pause", exactly()).first().isVisible()).isEqualTo(operates);
            page.navigate(base + "/console/tasks/" + data.uncertain());
            assertThat(page.locator("#resolve form").count() > 0).isEqualTo(operates);
            assertThat(Objects.requireNonNull(page.navigate(base + team + "/limits")).status())
                    .isEqualTo(administers ? 200 : 403);
        }
    }

    private static Page.GetByTextOptions exactly() {
        return new Page.GetByTextOptions().setExact(true);
    }

    @Test
    void resolvesATaskWithTheEntriesInSight() {
        data.gateway()
                .database()
                .execute(
                        "update work set leased_until = null where task_id = '"
                                + data.uncertain()
                                + "'");
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/tasks?phase=UNCERTAIN");
            page.keyboard().press("j");
            page.keyboard().press("Enter");
            page.waitForURL("**/console/tasks/" + data.uncertain());
            assertThat(page.locator("#resolve").textContent()).contains("company → possible loss");
            button(page, "Give the charge back").click();
            page.waitForURL("**?done=refunded");
            assertThat(page.locator("tfoot").last().textContent())
                    .contains("The team pays nothing");
        }
    }

    @Test
    void refundsAFilteredListOnlyAsItWasShown() {
        String first = data.uncertain(data.social(), "Steam over a cup");
        data.uncertain(data.social(), "Steam over two cups");
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/tasks?phase=UNCERTAIN&team=" + data.social().slug());
            page.getByText("Refund all…").click();
            assertThat(page.locator(".say").textContent())
                    .contains(
                            "This refunds 2 tasks of team " + data.social().slug(), "130 credits");
            data.gateway()
                    .admin("POST", "/tasks/" + first + "/resolve", Json.of("outcome", "REFUND"));
            page.getByLabel("Reason").fill("asked the vendor");
            button(page, "Refund 2 tasks").click();
            assertThat(page.getByRole(AriaRole.ALERT).textContent())
                    .contains("Nothing was refunded", "now it is 1 and 65");
            assertThat(page.getByLabel("Reason").inputValue()).isEqualTo("asked the vendor");
            button(page, "Refund 1 task").click();
            assertThat(page.getByRole(AriaRole.STATUS).first().textContent())
                    .contains("1 of 1 task was refunded, 65 credits went back");
            // Asked for again it is the list, and no second refund.
            page.waitForURL("**phase=UNCERTAIN**");
            page.reload();
            assertThat(page.getByText("No task fits this filter").isVisible()).isTrue();
        }
    }

    /** Asked for while the vendor is not called, the answer comes to the open page. */
    @Test
    void showsTheAnswerToAQuestionThatHadToWait() {
        String task = data.social().create("A kite that is asked for");
        String upstream = data.social().upstreamId(task);
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            data.gateway().vendor().onNextStatusOf(upstream, FakeVendor.throttle("600"));
            Awaitility.await()
                    .until(
                            () ->
                                    data.gateway()
                                            .database()
                                            .text("select count(*) from upstream_pause"),
                            "1"::equals);
            page.navigate(base + "/console/tasks/" + task);
            button(page, "Ask the vendor now").click();
            page.waitForURL("**?done=asked&asked=**");
            assertThat(page.locator("#contact").textContent()).contains("as soon as its rate");
            data.gateway().database().execute("delete from upstream_pause");
            page.getByText("answered that it still renders").waitFor();
            assertThat(page.locator("#contact time").first().getAttribute("title")).isNotEmpty();
        } finally {
            data.gateway().database().execute("delete from upstream_pause");
        }
    }

    @Test
    void goesToTheSearchAndThroughTheRowsByKeys() {
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.navigate(base + "/console/tasks?phase=SUCCEEDED");
            page.keyboard().press("/");
            assertThat(page.evaluate("document.activeElement.id")).isEqualTo("q");
            page.keyboard().press("j");
            assertThat(page.locator("#q").inputValue()).isEqualTo("j");
            page.evaluate("document.activeElement.blur()");
            String row =
                    "[...document.querySelectorAll('tbody tr')].findIndex(it => it.contains(document.activeElement))";
            page.keyboard().press("j");
            page.keyboard().press("j");
            assertThat(page.evaluate(row)).isEqualTo(1);
            page.keyboard().press("k");
            assertThat(page.evaluate(row)).isEqualTo(0);
            page.keyboard().press("Enter");
            page.waitForURL("**/console/tasks/" + data.succeeded());
        }
    }

    /** What somebody has selected stays when the page asks for itself again. */
    @Test
    void theFirstPageIsLiveAndLeavesAloneWhatIsInUse() {
        try (BrowserContext context = context(ColorScheme.LIGHT)) {
            Page page = context.newPage();
            ConsoleScreenshots.signIn(page, base);
            page.evaluate("getSelection().selectAllChildren(document.getElementById('verdict'))");
            page.evaluate(
                    "for (const id of ['verdict', 'as-of']) document.getElementById(id).dataset.old = '1'");
            page.waitForResponse("**/console?live", () -> {});
            page.waitForFunction("!('old' in document.getElementById('as-of').dataset)");
            assertThat(page.evaluate("'old' in document.getElementById('verdict').dataset"))
                    .isEqualTo(true);
        }
    }

    static BrowserContext context(ColorScheme scheme) {
        return Chromium.browser()
                .newContext(
                        new Browser.NewContextOptions()
                                .setColorScheme(scheme)
                                .setViewportSize(WIDE, HEIGHT)
                                .setLocale("en-GB"));
    }

    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
