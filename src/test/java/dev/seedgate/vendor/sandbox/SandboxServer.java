package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.web.edge.PublicUrl;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sandbox alone, on a port of its own and a database of its own, called as a client would. */
record SandboxServer(TestDatabase database, ConfigurableApplicationContext context, HttpClient http)
        implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    static SandboxServer start(String... settings) {
        return start(TestDatabase.create(), settings);
    }

    static SandboxServer start(TestDatabase database, String... settings) {
        Map<String, Object> properties = new ConcurrentHashMap<>();
        properties.put("server.port", 0);
        properties.put("seedgate.sandbox-api-key", "sandbox-key");
        for (String setting : settings) {
            String[] pair = setting.split("=", 2);
            properties.put(pair[0], pair[1]);
        }
        ConfigurableApplicationContext context =
                new SpringApplicationBuilder(SandboxAlone.class)
                        .properties(properties)
                        .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                        .run(
                                database.settings().entrySet().stream()
                                        .map(it -> "--" + it.getKey() + "=" + it.getValue())
                                        .toArray(String[]::new));
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return new SandboxServer(database, context, http);
    }

    /** The id of a task that was accepted. */
    String order(String prompt) {
        return order(prompt, "16:9", "5", false);
    }

    String order(String prompt, String aspectRatio, String duration, boolean sound) {
        Answer answer = generate(body(prompt, aspectRatio, duration, sound));
        if (answer.status() != 200) {
            throw new AssertionError(answer);
        }
        return answer.data().path("task_id").stringValue();
    }

    Answer generate(String body) {
        return send(request("/sandbox/api/generate").POST(BodyPublishers.ofString(body)));
    }

    JsonNode status(String id) {
        Answer answer = send(request("/sandbox/api/status?task_id=" + id));
        if (answer.status() != 200) {
            throw new AssertionError(answer);
        }
        return answer.data();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer sandbox-key");
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return Answer.of(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<byte[]> download(String uri, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    URI uri(String path) {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return URI.create("http://127.0.0.1:" + port + path);
    }

    long spent() {
        return number("select spent from sandbox_account");
    }

    long number(String sql) {
        return context.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }

    static String body(String prompt, String aspectRatio, String duration, boolean sound) {
        return JSON.writeValueAsString(
                Map.of(
                        "prompt", prompt,
                        "aspect_ratio", aspectRatio,
                        "duration", duration,
                        "sound", sound));
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }

    record Answer(int status, HttpResponse<String> http, JsonNode body) {

        static Answer of(HttpResponse<String> http) {
            return new Answer(http.statusCode(), http, JSON.readTree(http.body()));
        }

        JsonNode data() {
            return body.path("data");
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    // No stereotype: the scan of the whole gateway must not find it in the tests.
    @EnableAutoConfiguration(
            exclude = {
                DataJpaRepositoriesAutoConfiguration.class,
                HibernateJpaAutoConfiguration.class,
                ManagementWebSecurityAutoConfiguration.class,
                SecurityFilterAutoConfiguration.class,
                ServletWebSecurityAutoConfiguration.class,
                UserDetailsServiceAutoConfiguration.class
            })
    @EnableConfigurationProperties(PublicUrl.class)
    @Import({
        LostAnswerValve.Customizer.class,
        SandboxController.class,
        SandboxErrors.class,
        MediaController.class,
        MediaLinks.class,
        RepeatedRefusals.class,
        SandboxCleanup.class,
        OrderRateLimiter.class,
        SandboxTasks.class,
        SandboxRequestReader.class
    })
    @ConfigurationPropertiesScan
    static class SandboxAlone {}

    /** The room's settings alone, under the room's condition. */
    @ConfigurationPropertiesScan
    static class Settings {}
}
