package dev.seedgate.access.security;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Keeps cookies, by host and port, and follows no redirect that it is not told to. */
final class BrowserClient {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final Map<String, Map<String, String>> cookies = new HashMap<>();

    HttpResponse<String> get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).GET());
    }

    /** As a person does who follows a link. */
    HttpResponse<String> getPage(String url) {
        return send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Accept", "text/html,*/*;q=0.8")
                        .GET());
    }

    /** Goes where an answer leads. */
    HttpResponse<String> follow(HttpResponse<String> answer) {
        return get(target(answer));
    }

    static String target(HttpResponse<String> answer) {
        String location = answer.headers().firstValue("Location").orElseThrow();
        return answer.uri().resolve(location).toString();
    }

    HttpResponse<String> post(String url, Map<String, String> form) {
        String body =
                form.entrySet().stream()
                        .map(it -> it.getKey() + "=" + encoded(it.getValue()))
                        .collect(Collectors.joining("&"));
        return send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body)));
    }

    /** Sends the form of a page, with the token that is in it. */
    HttpResponse<String> submit(HttpResponse<String> page, String url, Map<String, String> form) {
        Matcher token = CSRF.matcher(page.body());
        if (!token.find()) {
            throw new IllegalStateException("no form in " + page.body());
        }
        Map<String, String> whole = new LinkedHashMap<>(form);
        whole.put("_csrf", token.group(1));
        return post(url, whole);
    }

    Map<String, String> cookies(String url) {
        return cookies.computeIfAbsent(URI.create(url).getAuthority(), _ -> new LinkedHashMap<>());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        String url = request.build().uri().toString();
        Map<String, String> jar = cookies(url);
        if (!jar.isEmpty()) {
            request.header(
                    "Cookie",
                    jar.entrySet().stream()
                            .map(it -> it.getKey() + "=" + it.getValue())
                            .collect(Collectors.joining("; ")));
        }
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
            answer.headers().allValues("Set-Cookie").forEach(it -> keep(jar, it));
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void keep(Map<String, String> jar, String cookie) {
        String[] pair = cookie.split(";", 2)[0].split("=", 2);
        if (pair[1].isEmpty() || cookie.contains("Max-Age=0")) {
            jar.remove(pair[0]);
        } else {
            jar.put(pair[0], pair[1]);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
