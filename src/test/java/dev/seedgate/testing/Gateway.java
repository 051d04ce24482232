package dev.seedgate.testing;

import dev.seedgate.SeedgateApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole gateway on a real port, with a real database and a fake vendor, called from outside.
 * Several on one database are replicas of each other.
 */
public final class Gateway implements AutoCloseable {

    public static final String ADMIN_KEY = "the-admin-key-of-the-tests";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final AtomicInteger TEAMS = new AtomicInteger();
    private static @Nullable Gateway shared;
    private static @Nullable Gateway sandbox;

    private final @Nullable ConfigurableApplicationContext context;
    private final TestDatabase database;
    private final FakeVendor vendor;
    private final int port;

    private Gateway(
            @Nullable ConfigurableApplicationContext context,
            TestDatabase database,
            FakeVendor vendor,
            int port) {
        this.context = context;
        this.database = database;
        this.vendor = vendor;
        this.port = port;
    }

    /** The way to one that runs elsewhere, in a process of its own, on this port. */
    public static Gateway at(int port, TestDatabase database, FakeVendor vendor) {
        return new Gateway(null, database, vendor, port);
    }

    /**
     * The one that tests share which neither move time nor stop the vendor; it lives as long as
     * they do.
     */
    public static synchronized Gateway shared() {
        if (shared == null) {
            // A poll comes after a tenth of a task's age: what tests leave rendering is asked for
            // more and more seldom, or a hundred such tasks would keep the machine busy.
            shared =
                    start(
                            // One gateway at least makes its tables on its own.
                            TestDatabase.createEmpty(),
                            FakeVendor.start(),
                            "seedgate.poll-max-interval=10s");
        }
        return shared;
    }

    /** Another one that they share like that, as a newcomer starts it: with its own sandbox. */
    public static synchronized Gateway sandbox() {
        if (sandbox == null) {
            sandbox =
                    start(
                            TestDatabase.create(),
                            // Which nobody calls.
                            FakeVendor.start(),
                            "seedgate.upstream-api-key=",
                            "seedgate.upstream-base-url=",
                            "seedgate.sandbox-render-time=100ms",
                            "seedgate.poll-max-interval=10s");
        }
        return sandbox;
    }

    /**
     * Starts one.
     *
     * @param settings more of them, as {@code name=value}; later ones win
     */
    public static Gateway start(TestDatabase database, FakeVendor vendor, String... settings) {
        return startWith(Map.of(), database, vendor, settings);
    }

    /** Starts one with other clocks than its own, by the names of their beans. */
    public static Gateway startWith(
            Map<String, Clock> clocks,
            TestDatabase database,
            FakeVendor vendor,
            String... settings) {
        // Without a shutdown hook: the database has one too, and a stop would wait for it in vain.
        SpringApplication application =
                new SpringApplicationBuilder(SeedgateApplication.class)
                        .main(SeedgateApplication.class)
                        .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                        .registerShutdownHook(false)
                        .initializers(context ->
                                context.getBeanFactory().addBeanPostProcessor(exchanging(clocks)))
                        .build();
        ConfigurableApplicationContext context =
                application.run(arguments(database, vendor, settings));
        int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        return new Gateway(context, database, vendor, port);
    }

    private static BeanPostProcessor exchanging(Map<String, Clock> clocks) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                Clock other = clocks.get(name);
                return other == null ? bean : other;
            }
        };
    }

    /** The arguments that one is started with. */
    public static String[] arguments(TestDatabase database, FakeVendor vendor, String... settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("server.port", "0");
        all.putAll(database.settings());
        all.put("seedgate.admin-key", ADMIN_KEY);
        all.put("seedgate.upstream-api-key", "vendor-key-of-the-tests");
        all.put("seedgate.upstream-base-url", vendor.baseUrl());
        // Fast enough that no test waits for a permit; the budget has tests of its own.
        all.put("seedgate.upstream-requests-per-second", "1000");
        // The one place that says whether the entities fit the tables.
        all.put("spring.jpa.hibernate.ddl-auto", "validate");
        all.put("seedgate.alert-interval", "1s");
        all.put("seedgate.webhooks-key", "cXVpdGUgYSBzZWNyZXQga2V5IG9mIHRoZSB0ZXN0cyE=");
        // All tests come from one address, and many of them have no key.
        all.put("seedgate.auth-failures-per-minute", "1000000");
        // Many tests are nothing but refusals.
        all.put("seedgate.refusals-per-second", "1000000");
        // What a test asks for is as it is.
        all.put("seedgate.metrics-max-age", "0s");
        all.put("seedgate.database-health-max-age", "0s");
        // Of those requests many are made at once.
        all.put("seedgate.anonymous-requests-per-second", "1000000");
        all.put("seedgate.anonymous-max-waiting", "10000");
        all.put("seedgate.anonymous-max-wait", "30s");
        all.put("seedgate.dispatch-interval", "100ms");
        all.put("seedgate.poll-first-after", "100ms");
        all.put("seedgate.poll-interval", "100ms");
        // What a test leaves rendering is asked for more seldom as it ages.
        all.put("seedgate.poll-max-interval", "2s");
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        return all.entrySet().stream()
                .map(it -> "--" + it.getKey() + "=" + it.getValue())
                .toArray(String[]::new);
    }

    public TestDatabase database() {
        return database;
    }

    public FakeVendor vendor() {
        return vendor;
    }

    public ConfigurableApplicationContext context() {
        return Objects.requireNonNull(context, "it runs elsewhere");
    }

    public <T> T bean(Class<T> type) {
        return context().getBean(type);
    }

    /** The one of this name, where there are several of a type. */
    public <T> T bean(String name, Class<T> type) {
        return context().getBean(name, type);
    }

    /** Every object that settings were read into. */
    public Collection<Object> settings() {
        return context().getBeansWithAnnotation(ConfigurationProperties.class).values();
    }

    /**
     * A new team without limits, with a key for everything.
     *
     * @param fields more of the team, names and values in turn: {@code "monthly_quota", 650}
     */
    public Team team(@Nullable Object... fields) {
        String slug = "team-" + TEAMS.incrementAndGet();
        List<@Nullable Object> all = new ArrayList<>(List.of("slug", slug, "name", "Team"));
        all.addAll(Arrays.asList(fields));
        Answer made = admin("POST", "/teams", Json.of(all.toArray()));
        if (made.status() != 201) {
            throw new IllegalStateException(made.toString());
        }
        return new Team(this, slug, key(slug, Json.of("name", "all")));
    }

    /** A key of a team. */
    public String key(String slug, String request) {
        return admin("POST", "/teams/" + slug + "/keys", request).json().get("key").stringValue();
    }

    public Answer admin(String method, String path, @Nullable String body, String... headers) {
        return call(method, "/admin/api" + path, ADMIN_KEY, body, headers);
    }

    /** A JSON call; {@code headers} are names and values in turn. */
    public Answer call(
            String method,
            String path,
            @Nullable String key,
            @Nullable String body,
            String... headers) {
        HttpRequest.Builder request = request(path);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(
                request.method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    public Answer send(HttpRequest request) {
        try {
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            return new Answer(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    /**
     * Writes these characters as bytes, for what no HTTP client would send, and answers all that
     * comes back until the server closes; so ask it to with {@code Connection: close}.
     */
    public String raw(String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops as on SIGTERM. */
    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    /** An answer with its body, read as JSON on demand. */
    public record Answer(HttpResponse<String> http) {

        public int status() {
            return http.statusCode();
        }

        public String body() {
            return http.body();
        }

        public JsonNode json() {
            return JSON.readTree(http.body());
        }

        public JsonNode data() {
            return json().get("data");
        }

        /** The {@code error} of a refusal, or an empty text. */
        public String error() {
            return json().path("error").asString("");
        }

        public @Nullable String header(String name) {
            return http.headers().firstValue(name).orElse(null);
        }

        @Override
        public String toString() {
            return status() + " " + body();
        }
    }

    /** A team with a key, as its apps use it. */
    public record Team(Gateway gateway, String slug, String key) {

        public Answer generate(String prompt, String... headers) {
            return post(
                    Json.of("prompt", prompt, "aspect_ratio", "16:9", "duration", "5"), headers);
        }

        public Answer post(String body, String... headers) {
            return gateway.call("POST", "/api/generate", key, body, headers);
        }

        /**
         * The head of a create for {@link Gateway#raw}, after which the connection is closed.
         *
         * @param more headers, at least what says how long its body is
         */
        public String rawCreate(String more) {
            return "POST /api/generate HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer "
                    + key
                    + "\r\nContent-Type: application/json\r\n"
                    + more
                    + "\r\n\r\n";
        }

        /** A create that is expected to be accepted; its task. */
        public String create(String prompt) {
            Answer answer = generate(prompt);
            if (answer.status() != 200) {
                throw new IllegalStateException(answer.toString());
            }
            return answer.data().get("task_id").stringValue();
        }

        /** A task's seven fields. */
        public Task status(String task) {
            return new Task(get("/api/status?task_id=" + task).data());
        }

        /** The same with its phase, its project and its timeline. */
        public Task task(String task) {
            return new Task(get("/api/tasks/" + task).data());
        }

        public JsonNode credits() {
            return get("/api/credits").data();
        }

        public Answer get(String path) {
            return gateway.call("GET", path, key, null);
        }

        /** Waits until the task is in this phase. */
        public Task await(String task, String phase) {
            return awaitTask(task, it -> it.get("phase").stringValue().equals(phase));
        }

        public Task awaitTask(String task, Predicate<Task> reached) {
            return Awaitility.await("task " + task)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> taskIfToldOf(task), reached);
        }

        /** Null while the gateway can't tell; what waits asks again. */
        private @Nullable Task taskIfToldOf(String task) {
            Answer answer = get("/api/tasks/" + task);
            return answer.status() == 200 ? new Task(answer.data()) : null;
        }

        /** The vendor's id of a task that was accepted there. */
        public String upstreamId(String task) {
            await(task, "RENDERING");
            return gateway.database()
                    .text("select upstream_task_id from task where id = '" + task + "'");
        }
    }

    /** A task as its team reads it. */
    public record Task(JsonNode json) {

        public JsonNode get(String field) {
            return json.get(field);
        }

        public JsonNode at(String pointer) {
            return json.at(pointer);
        }

        /** All phases that its timeline knows of. */
        public List<String> phases() {
            return json.get("timeline")
                    .valueStream()
                    .map(it -> it.get("phase").stringValue())
                    .toList();
        }
    }
}
