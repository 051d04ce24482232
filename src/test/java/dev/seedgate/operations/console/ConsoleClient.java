package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.operator.ConsoleSessionStore;
import dev.seedgate.access.team.Teams;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody who is signed in to a gateway's console and sends the forms of its pages. */
public final class ConsoleClient {

    static final String SESSION = "__Host-seedgate";

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final Gateway gateway;
    private final Map<String, String> cookies = new LinkedHashMap<>();

    private ConsoleClient(Gateway gateway) {
        this.gateway = gateway;
    }

    /** The admin with the bootstrap key. */
    public static ConsoleClient admin(Gateway gateway) {
        return signIn(gateway, Gateway.ADMIN_KEY);
    }

    /** Somebody with a key of their own, of this role. */
    static ConsoleClient of(Gateway gateway, String role) {
        return signIn(
                gateway,
                gateway.admin("POST", "/admin-keys", Json.of("name", role, "role", role))
                        .json()
                        .get("key")
                        .stringValue());
    }

    /** A member of these teams, whom the provider vouched for. */
    static ConsoleClient member(Gateway gateway, Team... teams) {
        ConsoleClient client = new ConsoleClient(gateway);
        client.cookies.put(SESSION, memberToken(gateway, teams));
        return client;
    }

    /** What a member's browser has in its cookie. */
    static String memberToken(Gateway gateway, Team... teams) {
        Teams known = gateway.bean(Teams.class);
        return gateway.bean(ConsoleSessionStore.class)
                .openOfMember(
                        "mia@example.com",
                        Arrays.stream(teams).map(it -> known.get(it.slug()).id()).toList());
    }

    private static ConsoleClient signIn(Gateway gateway, String key) {
        ConsoleClient client = new ConsoleClient(gateway);
        Answer login = client.get("/console/login");
        Answer answer =
                client.submit(
                        login, "/console/login", Map.of("username", "admin", "password", key));
        assertThat(answer.header("Location")).isEqualTo("/console");
        return client;
    }

    Answer get(String path) {
        return send(gateway.request(path).header("Accept", "text/html,*/*;q=0.8").GET());
    }

    /** A page that is expected to be there. */
    public String page(String path) {
        Answer answer = get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** Sends the form of a page, with the token that is in it. */
    Answer submit(Answer page, String path, Map<String, String> form) {
        Matcher token = CSRF.matcher(page.body());
        assertThat(token.find()).as(page.body()).isTrue();
        Map<String, String> whole = new LinkedHashMap<>(form);
        whole.put("_csrf", token.group(1));
        return post(path, whole);
    }

    /** Sends the form of a page as it is, with its hidden fields alone. */
    Answer submitHidden(Answer page, String path) {
        Matcher form =
                Pattern.compile(
                                "<form[^>]*method=\"post\"[^>]*action=\""
                                        + Pattern.quote(path)
                                        + "\"[^>]*>(.*?)</form>",
                                Pattern.DOTALL)
                        .matcher(page.body());
        assertThat(form.find()).as(page.body()).isTrue();
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher field =
                Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\"(?: value=\"([^\"]*)\")?")
                        .matcher(form.group(1));
        while (field.find()) {
            fields.put(field.group(1), Objects.requireNonNullElse(field.group(2), ""));
        }
        return post(path, fields);
    }

    Answer post(String path, Map<String, String> form) {
        String body =
                form.entrySet().stream()
                        .map(it ->
                                it.getKey()
                                        + "="
                                        + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        return send(
                gateway.request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body)));
    }

    private Answer send(HttpRequest.Builder request) {
        if (!cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(it -> it.getKey() + "=" + it.getValue())
                            .collect(Collectors.joining("; ")));
        }
        Answer answer = gateway.send(request.build());
        for (String cookie : answer.http().headers().allValues("Set-Cookie")) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (pair[1].isEmpty() || cookie.contains("Max-Age=0")) {
                cookies.remove(pair[0]);
            } else {
                cookies.put(pair[0], pair[1]);
            }
        }
        return answer;
    }

    /** What people read of a page, in one line. */
    static String text(String page) {
        return page.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");
    }

    /** The first group of the pattern, which the page must have. */
    static String found(Answer page, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(page.body());
        assertThat(matcher.find()).as(page.body()).isTrue();
        return matcher.group(1);
    }
}
