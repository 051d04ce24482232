package dev.seedgate.access.security;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Sign-in to the console, by the provider and by the bootstrap admin key, as a browser does it. */
class SignInTests {

    private static final Gateway replica = Gateway.shared();
    private static Gateway gateway;
    private static FakeOidcProvider provider;
    private static @Nullable HttpResponse<String> withoutProvider;

    @BeforeAll
    static void start() throws Exception {
        // Held but not listened on, so that nobody else gets the port and who calls it is refused.
        try (Socket held = new Socket()) {
            held.setReuseAddress(true);
            held.bind(new InetSocketAddress(0));
            int port = held.getLocalPort();
            gateway =
                    Gateway.start(
                            replica.database(),
                            replica.vendor(),
                            "seedgate.oidc-issuer=http://127.0.0.1:" + port,
                            "seedgate.oidc-client-id=" + FakeOidcProvider.CLIENT,
                            "seedgate.oidc-client-secret=" + FakeOidcProvider.SECRET,
                            "seedgate.oidc-scopes=openid,email",
                            "seedgate.oidc-roles-claim=groups",
                            "seedgate.oidc-viewer-roles=video-readers",
                            "seedgate.oidc-operator-roles=video-operators",
                            "seedgate.oidc-admin-roles=video-admins,owners",
                            "seedgate.oidc-teams-claim=seedgate.teams",
                            "seedgate.oidc-teams-per-person=4",
                            "seedgate.oidc-retry-interval=1ms",
                            "seedgate.sign-in-attempts=3");
            withoutProvider = new BrowserClient().get(at("/console/login/oidc"));
            provider = FakeOidcProvider.start(port, at("/console/login/oidc/callback"));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        provider.close();
    }

    @Test
    void startsWithoutTheProviderAndSaysThatSigningInFailed() {
        assertThat(location(withoutProvider)).isEqualTo("/console/login?failed");
        assertThat(new BrowserClient().get(at("/console/login?failed")).body())
                .contains("That did not work")
                .contains("/console/login/oidc");
        assertThat(new BrowserClient().get(at(replica, "/console/login")).body())
                .doesNotContain("/console/login/oidc");
    }

    @ParameterizedTest
    @CsvSource({
        "vera, viewer, vera@example.com",
        // An address that the provider has not verified is nobody's name.
        "otto, operator, otto",
        "ada, admin, ada@example.com"
    })
    void signsInWithTheRoleThatTheProviderTells(String person, String role, String name) {
        BrowserClient browser = new BrowserClient();
        HttpResponse<String> back = signIn(browser, person);
        assertThat(location(back)).isEqualTo("/console");
        String cookie =
                back.headers().allValues("Set-Cookie").stream()
                        .filter(it -> it.startsWith(CookieSecurityContextRepository.COOKIE + "="))
                        .findFirst()
                        .orElseThrow();
        assertThat(cookie)
                .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax")
                .doesNotContain("Domain", "Max-Age", "Expires");
        String page = browser.get(at("/console")).body();
        assertThat(page)
                .contains(">" + name + "<", ">" + role + "<", "signed in by your provider")
                .contains("<h1 class=\"unseen\">Overview</h1>");
        assertThat(
                        replica.database()
                                .rows("select encode(token_hash, 'escape') from console_session"))
                .isNotEmpty()
                .doesNotContain(
                        browser.cookies(at("")).get(CookieSecurityContextRepository.COOKIE));
    }

    @Test
    void showsTheStatementsOfAMonthAndEachTeamsAsAPage() {
        Team team = gateway.team("cost_center", "CC-7");
        BrowserClient browser = new BrowserClient();
        assertThat(location(browser.get(at("/console/statements")))).isEqualTo("/console/login");
        signIn(browser, "vera");
        String month =
                "/console/statements/"
                        + gateway.database().text("select to_char(gateway_period(), 'YYYY-MM')");
        assertThat(browser.get(at("/console/statements")).body())
                .contains("PREVIEW", "href=\"" + month + "/" + team.slug() + "\"", "CC-7");
        assertThat(browser.get(at(month + "/" + team.slug())).body())
                .contains("PREVIEW", "CC-7", "Nothing was used this month.", "Opening", "Closing")
                .doesNotContain("style=", "<script>");
        assertThat(browser.get(at(month + "/nobody")).statusCode()).isEqualTo(404);
        HttpResponse<String> csv = browser.get(at(month + "?format=csv&bom=1"));
        assertThat(csv.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        assertThat(csv.body()).startsWith("\ufeffmonth,state,team,").contains(team.slug());
        // A viewer reads; who may closes a month that is over.
        String past = "/console/statements/2001-01";
        assertThat(browser.get(at(past)).body()).doesNotContain("Close this month");
        BrowserClient admin = new BrowserClient();
        signIn(admin, "ada");
        assertThat(admin.get(at(month)).body()).doesNotContain("Close this month");
        HttpResponse<String> page = admin.get(at(past));
        assertThat(page.body()).contains("Close this month");
        HttpResponse<String> closed = admin.submit(page, at(past + "/close"), Map.of());
        // Or why not: the auditor of this gateway may not have been round.
        assertThat(closed.statusCode()).as(closed.body()).isIn(302, 409);
        assertThat(
                        browser.submit(browser.get(at("/console")), at(past + "/close"), Map.of())
                                .statusCode())
                .isEqualTo(403);
    }

    /** A link that somebody was sent works after the sign-in too; no cookie leads elsewhere. */
    @Test
    void leadsToThePageThatWasAskedForBeforeTheSignIn() {
        BrowserClient browser = new BrowserClient();
        assertThat(location(browser.getPage(at("/console/statements?format=none"))))
                .isEqualTo("/console/login");
        HttpResponse<String> back = signIn(browser, "vera");
        assertThat(location(back)).isEqualTo("/console/statements?format=none");
        browser.follow(back);
        assertThat(browser.cookies(at(""))).doesNotContainKey(PageBeforeLogin.COOKIE);
        for (String elsewhere :
                List.of("//evil.example/", "/console/../admin", "/console/login", "/consolex")) {
            BrowserClient misled = new BrowserClient();
            misled.cookies(at(""))
                    .put(
                            PageBeforeLogin.COOKIE,
                            Base64.getUrlEncoder()
                                    .encodeToString(elsewhere.getBytes(StandardCharsets.UTF_8)));
            assertThat(location(signIn(misled, "vera"))).as(elsewhere).isEqualTo("/console");
        }
    }

    /** People get pages, also where there is nothing for them. */
    @ParameterizedTest
    @CsvSource({
        "GET,  /console/nothing,                 404, There is no such page",
        "GET,  /console/statements/none/x/y/z,   404, There is no such page",
        "GET,  /console/statements/2026-13,      400, This page could not be made",
        "POST, /console/statements,              405, This page could not be made",
        "POST, /console/statements/2001-01/close, 403, This page could not be made"
    })
    void saysOnAPageWhyThereIsNone(String method, String path, int status, String title) {
        BrowserClient browser = new BrowserClient();
        signIn(browser, "vera");
        HttpResponse<String> page =
                method.equals("GET")
                        ? browser.get(at(path))
                        : browser.submit(browser.get(at("/console")), at(path), Map.of());
        assertThat(page.statusCode()).as(page.body()).isEqualTo(status);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
        assertThat(page.body())
                .contains(
                        "<h1>" + title + "</h1>",
                        ">vera@example.com<",
                        "Sign out",
                        "To the first page")
                .contains("<code>" + page.headers().firstValue("X-Request-Id").orElseThrow())
                .doesNotContain("style=", "<script>");
    }

    @Test
    void keepsOutWhoHasNoRoleHere() {
        BrowserClient browser = new BrowserClient();
        assertThat(location(signIn(browser, "nora"))).isEqualTo("/console/login?role");
        assertThat(browser.cookies(at("")))
                .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
        assertThat(location(browser.get(at("/console")))).isEqualTo("/console/login");
    }

    @ParameterizedTest
    @CsvSource({"list", "text"})
    void signsInWhoHasNoRoleAsAMemberOfTheTeamsThatTheProviderNames(String form) {
        String mine = replica.team("name", "My team").slug();
        String ours = replica.team("name", "Our team").slug();
        String others = replica.team("name", "Their team").slug();
        List<String> names = List.of("no-such-team", mine, ours);
        FakeOidcProvider.TEAMS.put("mia", form.equals("list") ? names : String.join(" ", names));
        String mark = replica.database().text("select coalesce(max(id), 0) from audit_entry");
        BrowserClient browser = new BrowserClient();
        assertThat(location(signIn(browser, "mia"))).isEqualTo("/console");
        assertThat(browser.get(at("/console")).body())
                .contains(
                        ">mia@example.com<",
                        ">member<",
                        "signed in by your provider",
                        "My team",
                        "Our team")
                .doesNotContain("Their team", others, "/console/vendor", "/console/audit");
        // A version that knows no members asks the database for tokens of 43 characters.
        assertThat(browser.cookies(at("")).get(CookieSecurityContextRepository.COOKIE)).hasSize(44);
        assertThat(written(mark))
                .containsExactly("oidc:mia@example.com console.sign_in member 127.0.0.1");
        assertThat(
                        replica.database()
                                .text(
                                        "select after ->> 'teams' from audit_entry where action = 'console.sign_in' and id > "
                                                + mark))
                .contains(mine, ours)
                .doesNotContain("no-such-team");
    }

    @Test
    void takesATeamThatSomebodyLeftAwayAtTheNextSignIn() {
        String first = replica.team().slug();
        String second = replica.team().slug();
        FakeOidcProvider.TEAMS.put("mia", List.of(first));
        BrowserClient browser = new BrowserClient();
        signIn(browser, "mia");
        FakeOidcProvider.TEAMS.put("mia", List.of(second));
        assertThat(browser.get(at("/console/teams/" + first)).statusCode()).isEqualTo(200);
        assertThat(browser.get(at("/console/teams/" + second)).statusCode()).isEqualTo(404);
        BrowserClient again = new BrowserClient();
        signIn(again, "mia");
        assertThat(again.get(at("/console/teams/" + first)).statusCode()).isEqualTo(404);
        assertThat(again.get(at("/console/teams/" + second)).statusCode()).isEqualTo(200);
    }

    @Test
    void keepsAMemberOfAnArchivedTeamInAndAnAdminAnAdmin() {
        String archived = replica.team().slug();
        replica.admin("POST", "/teams/" + archived + "/archive", null);
        FakeOidcProvider.TEAMS.put("mia", List.of(archived));
        FakeOidcProvider.TEAMS.put("vera", List.of(archived));
        BrowserClient member = new BrowserClient();
        signIn(member, "mia");
        assertThat(member.get(at("/console/teams/" + archived)).body())
                .contains(">archived<")
                .doesNotContain("Make a key", "Order a clip");
        BrowserClient viewer = new BrowserClient();
        signIn(viewer, "vera");
        assertThat(viewer.get(at("/console")).body())
                .contains(">viewer<", "/console/vendor")
                .doesNotContain(">member<");
    }

    /** The claim has four places here: what comes behind is not looked up. */
    @Test
    void keepsOutWhoIsInNoTeamThatThereIs() {
        String team = replica.team().slug();
        for (Object teams :
                List.of(
                        List.of(),
                        "",
                        List.of("no-such-team", team.toUpperCase(Locale.ROOT), 7),
                        List.of("a", "b", "c", "d", team))) {
            FakeOidcProvider.TEAMS.put("nora", teams);
            BrowserClient browser = new BrowserClient();
            assertThat(location(signIn(browser, "nora"))).isEqualTo("/console/login?role");
            assertThat(browser.cookies(at("")))
                    .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
        }
        assertThat(new BrowserClient().get(at("/console/login?role")).body())
                .contains("you have no role here", "member of no team");
    }

    @Test
    void asksTheProviderWithStateNonceAndProofKey() {
        String asked = BrowserClient.target(new BrowserClient().get(at("/console/login/oidc")));
        assertThat(asked)
                .contains("/oauth2/authorize?", "response_type=code", "code_challenge_method=S256")
                .containsPattern("[?&]code_challenge=[^&]{40,}")
                .containsPattern("[?&]state=[^&]{20,}")
                .containsPattern("[?&]nonce=[^&]{20,}");
    }

    @Test
    void refusesAnAnswerToAnotherQuestion() {
        BrowserClient browser = new BrowserClient();
        String answer = BrowserClient.target(answer(browser, "ada"));
        // Another browser's, and one with another state.
        assertThat(location(new BrowserClient().get(answer))).isEqualTo("/console/login?failed");
        assertThat(location(browser.get(answer.replaceFirst("state=[^&]{5}", "state=other"))))
                .isEqualTo("/console/login?failed");
        // It was asked once, so it can be answered once.
        assertThat(location(browser.get(answer))).isEqualTo("/console/login?failed");
        assertThat(browser.cookies(at("")))
                .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
    }

    @ParameterizedTest
    @CsvSource({"verifier", "nonce"})
    void refusesACodeWithoutItsProof(String part) {
        BrowserClient browser = new BrowserClient();
        String answer = BrowserClient.target(answer(browser, "ada"));
        browser.cookies(at(""))
                .computeIfPresent(
                        CookieAuthorizationRequestRepository.COOKIE, (_, it) -> forged(it, part));
        assertThat(location(browser.get(answer))).isEqualTo("/console/login?failed");
        assertThat(browser.cookies(at("")))
                .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
    }

    @Test
    void takesAMangledCookieForNone() {
        for (String value : new String[] {"x", "e30", "%%%", "bnVsbA"}) {
            BrowserClient browser = new BrowserClient();
            browser.cookies(at("")).put(CookieAuthorizationRequestRepository.COOKIE, value);
            browser.cookies(at("")).put(CookieSecurityContextRepository.COOKIE, value);
            assertThat(location(browser.get(at("/console/login/oidc/callback?code=c&state=s"))))
                    .as(value)
                    .isEqualTo("/console/login?failed");
            assertThat(location(browser.get(at("/console")))).isEqualTo("/console/login");
        }
    }

    @Test
    void signsInWithTheBootstrapKeyOnEveryReplicaAndOutAgain() {
        BrowserClient browser = new BrowserClient();
        HttpResponse<String> in = password(browser, replica, Gateway.ADMIN_KEY);
        assertThat(location(in)).isEqualTo("/console");
        String token = browser.cookies(at(replica, "")).get(CookieSecurityContextRepository.COOKIE);
        BrowserClient elsewhere = new BrowserClient();
        elsewhere.cookies(at("")).put(CookieSecurityContextRepository.COOKIE, token);
        assertThat(elsewhere.get(at("/console")).body()).contains("signed in with the admin key");
        HttpResponse<String> page = browser.get(at(replica, "/console"));
        assertThat(location(browser.post(at(replica, "/console/logout"), Map.of())))
                .isEqualTo("/console/login?expired");
        assertThat(browser.get(at(replica, "/console")).statusCode()).isEqualTo(200);
        HttpResponse<String> out = browser.submit(page, at(replica, "/console/logout"), Map.of());
        assertThat(location(out)).isEqualTo("/console/login?out");
        assertThat(browser.cookies(at(replica, "")))
                .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
        assertThat(location(elsewhere.get(at("/console")))).isEqualTo("/console/login");
    }

    @ParameterizedTest
    @CsvSource({"viewer", "operator", "admin"})
    void signsInWithANamedKeyAndItsRoleUntilTheKeyEnds(String role) {
        String name = "finance " + role;
        var made = replica.admin("POST", "/admin-keys", Json.of("name", name, "role", role)).json();
        BrowserClient browser = new BrowserClient();
        assertThat(location(password(browser, replica, made.get("key").asString())))
                .isEqualTo("/console");
        assertThat(browser.get(at(replica, "/console")).body())
                .contains(">" + name + "<", ">" + role + "<", "signed in with a key of your own");
        // Its end is the session's, on every replica at once.
        replica.admin("DELETE", "/admin-keys/" + made.get("id"), null);
        assertThat(location(browser.get(at(replica, "/console")))).isEqualTo("/console/login");
        // A replica may know the key for a second more, and the session is worth nothing.
        password(browser, replica, made.get("key").asString());
        assertThat(location(browser.get(at(replica, "/console")))).isEqualTo("/console/login");
    }

    @Test
    void refusesWrongKeysAndFormsOfOthers() {
        BrowserClient browser = new BrowserClient();
        String team = replica.team().key();
        assertThat(location(password(browser, gateway, team))).isEqualTo("/console/login?wrong");
        assertThat(
                        location(
                                browser.post(
                                        at("/console/login"),
                                        Map.of(
                                                "username",
                                                "admin",
                                                "password",
                                                Gateway.ADMIN_KEY))))
                .isEqualTo("/console/login?expired");
        // As often as the setting says, each counted once; then to wait.
        for (String answer : new String[] {"wrong", "wrong", "wait", "wait"}) {
            assertThat(location(password(browser, gateway, "wrong")))
                    .isEqualTo("/console/login?" + answer);
        }
        assertThat(browser.cookies(at("")))
                .doesNotContainKey(CookieSecurityContextRepository.COOKIE);
        // A stranger's guesses keep nobody out who has the key, and shares his address.
        assertThat(location(password(browser, gateway, Gateway.ADMIN_KEY))).isEqualTo("/console");
        // The APIs go on.
        assertThat(gateway.admin("GET", "/teams?limit=1", null)).hasStatus(200);
    }

    /** A browser keeps no cookie of the console's there, so every form comes without. */
    @Test
    void saysWhatIsMissingWhereThereIsNoTls() {
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> page = new BrowserClient().get(at("/console/login"));
            HttpResponse<String> in =
                    new BrowserClient()
                            .submit(
                                    page,
                                    at("/console/login"),
                                    Map.of("username", "admin", "password", Gateway.ADMIN_KEY));
            assertThat(location(in)).isEqualTo("/console/login?plain");
        }
        assertThat(new BrowserClient().get(at("/console/login?plain")).body())
                .contains("plain http", "over https", "TLS")
                .contains("SEEDGATE_TRUSTED_PROXIES", "SEEDGATE_PUBLIC_URL");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "127.0.0.1, true",
        "[::1], true",
        "evil.example.org, false",
        "localhost.evil.example.org, false",
        "10.0.0.7, false",
        "127.0.0.1.evil.example.org, false"
    })
    void sendsNobodyBackToAHostThatTheRequestMadeUp(String host, boolean known) {
        String answer =
                gateway.raw(
                        "GET /console/login/oidc HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n"
                                .formatted(host, gateway.port()));
        if (known) {
            assertThat(answer.replace("%5B", "[").replace("%5D", "]"))
                    .contains("redirect_uri=http://" + host);
        } else {
            assertThat(answer)
                    .contains("Location: /console/login?address")
                    .doesNotContain(
                            host,
                            "Set-Cookie: " + CookieAuthorizationRequestRepository.COOKIE + "=ey");
        }
    }

    @Test
    void writesDownWhoSignedInAndSomeOfWhoDidNot() {
        String mark = replica.database().text("select coalesce(max(id), 0) from audit_entry");
        signIn(new BrowserClient(), "vera");
        signIn(new BrowserClient(), "nora");
        password(new BrowserClient(), replica, Gateway.ADMIN_KEY);
        password(new BrowserClient(), replica, "wrong");
        assertThat(written(mark))
                .containsExactly(
                        "oidc:vera@example.com console.sign_in viewer 127.0.0.1",
                        "anonymous console.sign_in_refused role 127.0.0.1",
                        "password:admin console.sign_in admin 127.0.0.1",
                        "anonymous console.sign_in_refused wrong 127.0.0.1");
    }

    @Test
    void asksAProviderThatIsDownOnceAndKeepsTheAuditLogSmall() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer broken =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        broken.createContext(
                "/",
                call -> {
                    asked.incrementAndGet();
                    call.sendResponseHeaders(503, -1);
                    call.close();
                });
        broken.start();
        String mark = replica.database().text("select coalesce(max(id), 0) from audit_entry");
        try (Gateway other =
                Gateway.start(
                        replica.database(),
                        replica.vendor(),
                        "seedgate.oidc-issuer=http://127.0.0.1:" + broken.getAddress().getPort(),
                        "seedgate.oidc-client-id=" + FakeOidcProvider.CLIENT,
                        "seedgate.oidc-retry-interval=1h",
                        "seedgate.sign-in-refusals-audited=2")) {
            for (int i = 0; i < 44; i++) {
                assertThat(location(new BrowserClient().get(at(other, "/console/login/oidc"))))
                        .isEqualTo("/console/login?failed");
            }
        } finally {
            broken.stop(0);
        }
        assertThat(asked).hasValue(1);
        assertThat(written(mark)).hasSize(2).allMatch(it -> it.contains("refused failed"));
    }

    /**
     * A stranger needs no sign-in that began: the cookie that a state is compared with is theirs.
     */
    @Test
    void asksTheProviderAboutMadeUpSignInsAtABoundedRate() {
        try (Gateway other =
                Gateway.start(
                        replica.database(),
                        replica.vendor(),
                        "seedgate.oidc-issuer=" + provider.issuer(),
                        "seedgate.oidc-client-id=" + FakeOidcProvider.CLIENT,
                        "seedgate.oidc-client-secret=" + FakeOidcProvider.SECRET,
                        "seedgate.oidc-token-requests-per-minute=1")) {
            String callback = at(other, "/console/login/oidc/callback?code=made-up&state=");
            int before = provider.tokenRequests();
            // Without a cookie, or with another state, none reaches the provider.
            assertThat(location(new BrowserClient().get(callback + "made-up")))
                    .isEqualTo("/console/login?failed");
            BrowserClient stranger = new BrowserClient();
            stranger.get(at(other, "/console/login/oidc"));
            String cookie =
                    stranger.cookies(at(other, ""))
                            .get(CookieAuthorizationRequestRepository.COOKIE);
            String forged = forged(requireNonNull(cookie), "state");
            stranger.cookies(at(other, ""))
                    .put(CookieAuthorizationRequestRepository.COOKIE, forged);
            assertThat(location(stranger.get(callback + "made-up")))
                    .isEqualTo("/console/login?failed");
            assertThat(provider.tokenRequests()).isEqualTo(before);

            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stranger.cookies(at(other, ""))
                        .put(CookieAuthorizationRequestRepository.COOKIE, forged);
                answers.add(location(stranger.get(callback + "forged".repeat(10))));
            }
            assertThat(answers.getFirst()).isEqualTo("/console/login?failed");
            assertThat(answers).contains("/console/login?busy");
            assertThat(provider.tokenRequests() - before)
                    .isEqualTo(answers.stream().filter(it -> it.endsWith("?failed")).count());
            assertThat(new BrowserClient().get(at(other, "/console/login?busy")).body())
                    .contains("Too many sign-ins", "Wait a minute");
        }
    }

    private static List<String> written(String mark) {
        return replica.database()
                .rows(
                        """
                        select concat_ws(' ', actor, action, coalesce(after->>'role', after->>'reason'), address)
                        from audit_entry where action like 'console.%%' and id > %s order by id
                        """
                                .formatted(mark));
    }

    @Test
    void makesANewTokenAtSignInAndForgetsTheOld() {
        BrowserClient browser = new BrowserClient();
        browser.cookies(at(replica, "")).put(CookieSecurityContextRepository.COOKIE, "planted");
        password(browser, replica, Gateway.ADMIN_KEY);
        String first = browser.cookies(at(replica, "")).get(CookieSecurityContextRepository.COOKIE);
        assertThat(first).isNotEqualTo("planted");
        password(browser, replica, Gateway.ADMIN_KEY);
        BrowserClient old = new BrowserClient();
        old.cookies(at(replica, "")).put(CookieSecurityContextRepository.COOKIE, first);
        assertThat(location(old.get(at(replica, "/console")))).isEqualTo("/console/login");
        assertThat(browser.get(at(replica, "/console")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "seen_at, 29 minutes, true",
        "seen_at, 31 minutes, false",
        "signed_in_at, 9 hours, true",
        "signed_in_at, 11 hours, false"
    })
    void endsASessionThatIsIdleOrOld(String column, String ago, boolean alive) {
        BrowserClient browser = new BrowserClient();
        password(browser, replica, Gateway.ADMIN_KEY);
        String token = browser.cookies(at(replica, "")).get(CookieSecurityContextRepository.COOKIE);
        replica.database()
                .execute(
                        "update console_session set %s = now() - interval '%s' where token_hash = sha256('%s'::bytea)"
                                .formatted(column, ago, token));
        assertThat(browser.get(at(replica, "/console")).statusCode()).isEqualTo(alive ? 200 : 302);
    }

    @Test
    void leavesNoTraceOfStrangers() {
        String before = replica.database().text("select count(*) from console_session");
        for (String path : new String[] {"/console", "/console/login", "/console/login/oidc"}) {
            HttpResponse<String> answer = new BrowserClient().get(at(path));
            assertThat(answer.headers().allValues("Set-Cookie"))
                    .noneMatch(it -> it.contains("JSESSIONID"));
        }
        assertThat(replica.database().text("select count(*) from console_session"))
                .isEqualTo(before);
    }

    private static HttpResponse<String> signIn(BrowserClient browser, String person) {
        return browser.follow(answer(browser, person));
    }

    /** Up to the provider's answer, which leads back to the gateway. */
    private static HttpResponse<String> answer(BrowserClient browser, String person) {
        HttpResponse<String> question = browser.get(at("/console/login/oidc"));
        HttpResponse<String> login = browser.follow(question);
        HttpResponse<String> known =
                browser.post(
                        BrowserClient.target(login),
                        Map.of("username", person, "password", person));
        return browser.follow(known);
    }

    private static HttpResponse<String> password(BrowserClient browser, Gateway where, String key) {
        HttpResponse<String> page = browser.get(at(where, "/console/login"));
        return browser.submit(
                page, at(where, "/console/login"), Map.of("username", "admin", "password", key));
    }

    private static String forged(String cookie, String part) {
        ObjectNode begun =
                (ObjectNode)
                        JsonMapper.shared()
                                .readTree(
                                        new String(
                                                Base64.getUrlDecoder().decode(cookie),
                                                StandardCharsets.UTF_8));
        begun.put(part, "forged".repeat(10));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(begun.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String location(@Nullable HttpResponse<String> answer) {
        assertThat(answer).isNotNull();
        return answer.headers().firstValue("Location").orElse("");
    }

    private static String at(String path) {
        return at(gateway, path);
    }

    private static String at(Gateway where, String path) {
        return "http://127.0.0.1:" + where.port() + path;
    }
}
