package dev.seedgate.faults;

import dev.seedgate.testing.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a team's calls fare while others flood: a program to run against a packaged gateway that has
 * the machine to itself. Each flood is 64 callers in a closed loop.
 *
 * <p>The goal under each is a p99 below twice the quiet one plus 20 ms.
 */
final class Floods {

    private static final int FLOODERS = 64;
    private static final int MEASURED = 2000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final String ORDER =
            Json.of("prompt", "a boat", "aspect_ratio", "16:9", "duration", "5");

    private final String gateway;

    private Floods(String gateway) {
        this.gateway = gateway;
    }

    /**
     * Measures a team's calls, quiet and under each flood.
     *
     * @param arguments the gateway's URL, the key of the team that is measured, the key of a team
     *     whose quota is used up
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("give URL, team's key, key of a team at its quota");
        }
        new Floods(arguments[0]).run(arguments[1], arguments[2]);
    }

    private void run(String team, String flooder) throws Exception {
        Map<String, Supplier<HttpRequest>> floods = new LinkedHashMap<>();
        floods.put("metrics", () -> get("/actuator/prometheus", null));
        floods.put("readiness", () -> get("/actuator/health/readiness", null));
        floods.put("description", () -> get("/v3/api-docs", null));
        floods.put("Swagger UI", () -> get("/swagger-ui/swagger-ui-bundle.js", null));
        floods.put("sign-in page", () -> get("/console/login", null));
        floods.put("nothing there", () -> get("/nothing", null));
        AtomicLong keys = new AtomicLong();
        floods.put("made-up keys", () -> get("/api/credits", "sg_" + keys.incrementAndGet()));
        floods.put("creates beyond the quota", () -> order(flooder));
        floods.put("a team's reads", () -> get("/api/credits", flooder));
        floods.put("a team's CSVs", () -> get("/api/usage?format=csv", flooder));
        measure(team);
        Map<String, Double> quiet = measure(team);
        System.out.printf("%-28s %s%n", "quiet", quiet);
        for (Map.Entry<String, Supplier<HttpRequest>> flood : floods.entrySet()) {
            Map<String, Double> under = under(flood.getValue(), team);
            boolean kept =
                    under.entrySet().stream()
                            .allMatch(it ->
                                    it.getValue()
                                            < 2 * Objects.requireNonNull(quiet.get(it.getKey()))
                                                    + 20);
            System.out.printf("%-28s %s %s%n", flood.getKey(), under, kept ? "" : "TOO SLOW");
        }
    }

    private Map<String, Double> under(Supplier<HttpRequest> flood, String team) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (HttpClient client = client();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < FLOODERS; i++) {
                Future<?> _ =
                        callers.submit(() -> {
                            while (!over.get()) {
                                client.send(flood.get(), BodyHandlers.discarding());
                            }
                            return null;
                        });
            }
            Thread.sleep(WARM_UP);
            try {
                return measure(team);
            } finally {
                over.set(true);
            }
        }
    }

    /** The p99 in milliseconds of each kind of call. */
    private Map<String, Double> measure(String team) throws Exception {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("credits", p99(() -> get("/api/credits", team)));
        figures.put("create", p99(() -> order(team)));
        return figures;
    }

    private static double p99(Supplier<HttpRequest> call) throws Exception {
        long[] nanos = new long[MEASURED];
        try (HttpClient client = client()) {
            for (int i = 0; i < MEASURED; i++) {
                long start = System.nanoTime();
                int status = client.send(call.get(), BodyHandlers.discarding()).statusCode();
                nanos[i] = System.nanoTime() - start;
                if (status != 200) {
                    throw new IllegalStateException("the measured team's call drew " + status);
                }
            }
        }
        Arrays.sort(nanos);
        return nanos[MEASURED * 99 / 100] / 1e6;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private HttpRequest order(String key) {
        return request("/api/generate", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(ORDER))
                .build();
    }

    private HttpRequest get(String path, @Nullable String key) {
        return request(path, key).build();
    }

    private HttpRequest.Builder request(String path, @Nullable String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }
}
