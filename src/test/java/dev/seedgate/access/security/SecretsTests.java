package dev.seedgate.access.security;

import static dev.seedgate.testing.FakeVendor.answer;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Everything happens once, good and bad, while the log tells all it can; then nothing that is
 * secret may be found anywhere. PostgreSQL's driver keeps its level: its trace is the protocol
 * itself, and who turns that on by its name wants to see it.
 */
class SecretsTests {

    private static final List<String> TALKATIVE =
            List.of(
                    "dev.seedgate",
                    "org.springframework",
                    "org.apache",
                    "reactor.netty",
                    "io.netty",
                    "com.zaxxer",
                    "org.hibernate",
                    "org.flywaydb",
                    "com.nimbusds",
                    "sun.net",
                    "jdk");

    private static final String VENDOR_KEY = "canary-of-the-vendor";
    private static final String DATABASE_PASSWORD = "canary-of-the-database";
    private static final String WEBHOOK = "canary-of-the-webhook";
    private static final String WEBHOOK_SECRET =
            "whsec_"
                    + Base64.getEncoder()
                            .encodeToString(
                                    "canary of the webhook's secret"
                                            .getBytes(StandardCharsets.UTF_8));
    private static final String TEAM_WEBHOOK = "canary-of-a-teams-webhook";
    private static final String PROMPT = "canary in the prompt";
    private static final String IMAGE = "https://canary.example.org/image";
    private static final String IDEMPOTENCY_KEY = "canary-of-idempotency";
    private static final String GUESS = "canary-of-a-guess";

    // Well-formed, so it is looked up; nobody's, but it might be another gateway's.
    private static final String FOREIGN_KEY = ApiKeyFormat.TEAM.generate();

    // Told by design, and random: now and then one has the letters of a key's beginning.
    private static final Pattern OF_A_SIGN_IN =
            Pattern.compile("(?<=\\b(nonce|state|code_challenge)=)[\\w%-]+");

    private static final List<String> SECRETS =
            List.of(
                    Gateway.ADMIN_KEY,
                    VENDOR_KEY,
                    DATABASE_PASSWORD,
                    WEBHOOK,
                    WEBHOOK_SECRET,
                    TEAM_WEBHOOK,
                    FOREIGN_KEY,
                    GUESS,
                    IDEMPOTENCY_KEY);

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final List<Answer> answers = new ArrayList<>();
    private final Set<String> threads = new TreeSet<>();
    private final List<String> signedIn = new ArrayList<>();
    private String viewerKey = "";

    @Test
    void leaveNoTraceWhateverHappens() throws Exception {
        PrintStream console = System.out;
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (FakeVendor vendor = FakeVendor.start();
                FakeVendor receiver = refusingOnce();
                PlainProvider provider = PlainProvider.start();
                Gateway gateway =
                        Gateway.start(
                                TestDatabase.create(),
                                vendor,
                                talkativeSettings(receiver, provider))) {
            Team team = gateway.team("monthly_quota", 1000);
            beTold(gateway, team, receiver);
            callAsATeam(gateway, team);
            callAsAStranger(gateway, team);
            callAsAnAdmin(gateway, team);
            breakTheDatabase(gateway, team);
            failAtTheVendor(gateway, team, vendor);
            signIn(gateway, provider);
            sendAlerts(receiver);
            look(gateway, team);
        } finally {
            System.setOut(console);
            quieten();
        }
        List<String> secrets = Stream.of(SECRETS, signedIn).flatMap(List::stream).toList();
        String logged = log.toString(StandardCharsets.UTF_8);
        // It did tell all it can.
        assertThat(logged).contains("TRACE", "o.s.jdbc.core.JdbcTemplate", "reactor.netty");
        assertHidden("the log", logged, secrets);
        assertHidden(
                "the log",
                OF_A_SIGN_IN.matcher(logged).replaceAll("(random)"),
                List.of("sg_", "sga_"));
        assertHidden("the log", logged, List.of(PROMPT, IMAGE));
    }

    private static String[] talkativeSettings(FakeVendor receiver, PlainProvider provider) {
        return Stream.concat(
                        TALKATIVE.stream().map(it -> "logging.level." + it + "=trace"),
                        Stream.of(
                                "logging.level.root=debug",
                                "seedgate.upstream-api-key=" + VENDOR_KEY,
                                "seedgate.alert-webhook-url=%s/%s/api/generate?%s"
                                        .formatted(receiver.baseUrl(), WEBHOOK, WEBHOOK),
                                "seedgate.alert-webhook-allow-internal=true",
                                "seedgate.alert-webhook-interval=1s",
                                "seedgate.webhooks-allow-internal=true",
                                "seedgate.alert-webhook-back-off=1s",
                                "seedgate.alert-quota-percents=1",
                                "seedgate.oidc-issuer=" + provider.issuer(),
                                "seedgate.oidc-client-id=" + PlainProvider.CLIENT,
                                "seedgate.oidc-client-secret=" + PlainProvider.SECRET,
                                "seedgate.oidc-scopes=openid",
                                "seedgate.oidc-roles-claim=groups",
                                "seedgate.oidc-admin-roles=admins",
                                "seedgate.alert-webhook-secret=" + WEBHOOK_SECRET,
                                "spring.datasource.password=" + databasePassword()))
                .toArray(String[]::new);
    }

    /** The embedded server takes any; one that is named may want the right one. */
    private static String databasePassword() {
        return System.getenv("SEEDGATE_TEST_DATABASE_URL") == null ? DATABASE_PASSWORD : "secret";
    }

    private static void quieten() {
        LoggingSystem logging = LoggingSystem.get(SecretsTests.class.getClassLoader());
        logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
        TALKATIVE.forEach(it -> logging.setLogLevel(it, null));
    }

    /** Of each end of a task, at a path that only the team knows. */
    private void beTold(Gateway gateway, Team team, FakeVendor receiver) {
        String url = receiver.baseUrl() + "/" + TEAM_WEBHOOK;
        Answer made = gateway.call("POST", "/api/webhooks", team.key(), Json.of("url", url));
        signedIn.add(made.data().get("secret").stringValue());
        String path = "/api/webhooks/" + made.data().get("id").asLong();
        Answer rotated = gateway.call("POST", path + "/rotate", team.key(), null);
        signedIn.add(rotated.data().get("secret").stringValue());
        keep(gateway.call("POST", path + "/test", team.key(), null));
        org.awaitility.Awaitility.await()
                .until(() -> team.get(path + "/deliveries").body().contains("\"status\":401"));
        keep(team.get(path + "/deliveries"));
        keep(gateway.admin("GET", "/teams/" + team.slug() + "/webhooks", null));
    }

    private void callAsATeam(Gateway gateway, Team team) {
        Answer made = keep(team.post(order(PROMPT), "Idempotency-Key", IDEMPOTENCY_KEY));
        assertThat(made).hasStatus(200);
        keep(team.post(order(PROMPT), "Idempotency-Key", IDEMPOTENCY_KEY));
        keep(team.post(order("another"), "Idempotency-Key", IDEMPOTENCY_KEY));
        String task = made.data().get("task_id").stringValue();
        String upstream = team.upstreamId(task);
        gateway.vendor().finish(upstream, "https://cdn.example.org/clip.mp4");
        team.await(task, "SUCCEEDED");
        keep(team.get("/api/status?task_id=" + task));
        keep(team.get("/api/tasks?limit=2"));
        keep(team.get("/api/tasks/" + GUESS.replace("canary", "x")));
        keep(gateway.call("POST", "/api/quote", team.key(), order(PROMPT)));
        keep(team.post(Json.of("prompt", PROMPT, "aspect_ratio", PROMPT)));
        keep(team.post("{\"prompt\":\"" + PROMPT + "\",\"asp"));
        keep(team.post(Json.of("prompt", PROMPT, "duration", List.of(PROMPT))));
        keep(team.post(Json.of("prompt", PROMPT.repeat(100))));
        keep(team.post(order(PROMPT), "Content-Type", "text/plain"));
    }

    private void callAsAStranger(Gateway gateway, Team team) {
        for (String key : List.of(FOREIGN_KEY, GUESS, team.key() + "x")) {
            keep(gateway.call("POST", "/api/generate", key, order(PROMPT)));
            keep(gateway.call("GET", "/admin/api/teams", key, null));
        }
        for (String header :
                List.of(
                        "Authorization : Bearer " + team.key(),
                        "Authorization: Basic " + GUESS,
                        "Authorization: Bearer " + FOREIGN_KEY + "\0",
                        "Authorization: Bearer " + team.key() + " " + GUESS)) {
            String answer =
                    gateway.raw(
                            "GET /api/credits HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                    + header
                                    + "\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain(team.key());
            assertHidden("a raw answer", answer, SECRETS);
        }
    }

    private void callAsAnAdmin(Gateway gateway, Team team) {
        String path = "/teams/" + team.slug();
        keep(gateway.admin("PATCH", path, Json.of("name", "Canaries")));
        keep(gateway.admin("PATCH", path, Json.of("weight", GUESS)));
        keep(
                gateway.admin(
                        "POST", "/teams", Json.of("slug", "no", "monthly_quota", Json.raw(GUESS))));
        keep(gateway.admin("GET", path + "/keys", null));
        viewerKey =
                gateway.admin("POST", "/admin-keys", Json.of("name", "v", "role", "viewer"))
                        .json()
                        .get("key")
                        .stringValue();
        assertThat(keep(gateway.call("GET", "/admin/api/teams", viewerKey, null))).hasStatus(200);
        assertThat(keep(gateway.call("POST", "/admin/api/teams", viewerKey, "{}"))).hasStatus(403);
        keep(gateway.admin("GET", "/admin-keys", null));
        keep(gateway.admin("GET", "/tasks?limit=5", null));
    }

    /** An error whose details hold the row, and with it the prompt. */
    private void breakTheDatabase(Gateway gateway, Team team) {
        gateway.database()
                .execute("alter table task add constraint planted check (prompt not like '%boom')");
        assertThat(keep(team.post(order(PROMPT + " boom")))).hasStatus(500);
    }

    private void failAtTheVendor(Gateway gateway, Team team, FakeVendor vendor) {
        String echo = PROMPT + " Bearer " + VENDOR_KEY;
        vendor.onGenerate(answer(400, envelope(400, echo)));
        team.await(create(team), "FAILED");
        vendor.onGenerate(answer(502, "<html>" + echo + "</html>"));
        team.await(create(team), "UNCERTAIN");
        vendor.onGenerate(answer(200, "{\"code\":200,\"data\":{\"id\":\"" + echo + "\"}}"));
        team.await(create(team), "UNCERTAIN");
        vendor.onGenerate(answer(401, envelope(401, echo)));
        create(team);
        org.awaitility.Awaitility.await()
                .until(() -> keep(team.post(order(PROMPT))).status() == 503);
        keep(gateway.admin("GET", "/upstream", null));
        keep(gateway.admin("GET", "/tasks?phase=UNCERTAIN", null));
    }

    /** By the key, by a wrong one and by the provider, whose answer is then used once more. */
    private void signIn(Gateway gateway, PlainProvider provider) {
        String console = "http://127.0.0.1:" + gateway.port() + "/console";
        for (String key : List.of(GUESS, Gateway.ADMIN_KEY)) {
            BrowserClient browser = new BrowserClient();
            browser.submit(
                    browser.get(console + "/login"),
                    console + "/login",
                    Map.of("username", "admin", "password", key));
            use(browser, console);
        }
        BrowserClient browser = new BrowserClient();
        HttpResponse<String> back = browser.follow(browser.get(console + "/login/oidc"));
        signedIn.add(browser.cookies(console).get(CookieAuthorizationRequestRepository.COOKIE));
        String answer = BrowserClient.target(back);
        assertThat(browser.get(answer).headers().firstValue("Location")).hasValue("/console");
        browser.get(answer);
        use(browser, console);
        signedIn.addAll(provider.secrets());
        assertThat(signedIn).hasSizeGreaterThanOrEqualTo(9);
    }

    private void use(BrowserClient browser, String console) {
        browser.get(console);
        String session = browser.cookies(console).get(CookieSecurityContextRepository.COOKIE);
        if (session != null) {
            signedIn.add(session);
            browser.get(console + "/statements");
        }
    }

    /** It repeats in its answer where it was called. */
    private static FakeVendor refusingOnce() {
        FakeVendor receiver = FakeVendor.start();
        receiver.onGenerate(answer(500, "no " + WEBHOOK));
        return receiver;
    }

    /** One that is refused, and its next try. */
    private static void sendAlerts(FakeVendor receiver) {
        org.awaitility.Awaitility.await().until(() -> receiver.generates().size() >= 2);
    }

    private void look(Gateway gateway, Team team) {
        keep(gateway.admin("GET", "/audit", null));
        keep(gateway.call("GET", "/actuator/prometheus", null, null));
        keep(gateway.call("GET", "/actuator/health", null, null));
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
        List<String> secrets =
                Stream.of(SECRETS, signedIn, List.of(team.key(), viewerKey))
                        .flatMap(List::stream)
                        .toList();
        for (Answer answer : answers) {
            assertHidden(answer.toString(), answer + " " + answer.http().headers().map(), secrets);
            if (answer.status() >= 400) {
                assertHidden(answer.toString(), answer.body(), List.of(PROMPT, IMAGE));
            }
        }
        Stream<String> others = Stream.concat(secrets.stream(), Stream.of(PROMPT, IMAGE));
        List<String> all = others.toList();
        assertHidden(
                "the metrics",
                keep(gateway.call("GET", "/actuator/prometheus", null, null)).body(),
                all);
        assertHidden("the audit log", rows(gateway, "audit_entry"), all);
        assertHidden(
                "the evidence",
                String.join("\n", gateway.database().rows("select evidence from task_event")),
                all);
        assertHidden("the alerts", rows(gateway, "alert"), all);
        assertHidden("the sessions", rows(gateway, "console_session"), all);
        assertHidden("the pauses", rows(gateway, "upstream_pause"), all);
        assertHidden("the keys", rows(gateway, "api_key") + rows(gateway, "admin_key"), secrets);
        assertHidden("the threads", threads.toString(), all);
        assertHidden("the settings", gateway.settings().toString(), all);
    }

    private static String rows(Gateway gateway, String table) {
        return String.join(
                "\n", gateway.database().rows("select row_to_json(t) from " + table + " t"));
    }

    private String create(Team team) {
        return keep(team.post(order(PROMPT))).data().get("task_id").stringValue();
    }

    private Answer keep(Answer answer) {
        answers.add(answer);
        return answer;
    }

    private static String order(String prompt) {
        return Json.of(
                "prompt",
                prompt,
                "aspect_ratio",
                "16:9",
                "duration",
                "5",
                "image_urls",
                List.of(IMAGE));
    }

    private static String envelope(int code, String message) {
        return Json.of("code", code, "message", message);
    }

    /** Says where, with some words around it, and not all that was searched. */
    private static void assertHidden(String place, String text, List<String> secrets) {
        String found =
                text.lines()
                        .filter(line -> secrets.stream().anyMatch(line::contains))
                        .map(line -> line.substring(0, Math.min(400, line.length())))
                        .limit(40)
                        .collect(Collectors.joining("\n"));
        assertThat(found).as("in " + place).isEmpty();
    }
}
