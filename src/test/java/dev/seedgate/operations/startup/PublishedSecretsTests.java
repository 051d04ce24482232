package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

/** Secrets that everybody can read start nothing that is worth stealing. */
class PublishedSecretsTests {

    private static final List<Path> PUBLISHED =
            List.of(
                    Path.of(".env.example"),
                    Path.of("docker-compose.yml"),
                    Path.of("Dockerfile"),
                    Path.of("README.md"),
                    Path.of("SECURITY.md"),
                    Path.of("CONTRIBUTING.md"),
                    Path.of("docs"),
                    Path.of("deploy"));

    // What a reader would copy: something that is named like a secret is given a value.
    private static final Pattern GIVEN =
            Pattern.compile(
                    "(?i)[\\w.-]*(?:key|password|secret|token)[ \\t]*[:=][ \\t]*"
                            + "[\"']?([^\\s\"'`,;)]+)");
    private static final Pattern SHOWN =
            Pattern.compile("(?i)(?:key|password|secret) is `([^`]+)`|Bearer ([^\\s\"'`]+)");

    // References, omissions and paths; and what only looks like a value.
    private static final Pattern NO_VALUE =
            Pattern.compile("[$<…/|&*\\[].*|\\./.*|[\\w-]{1,3}|.*kubernetes\\.io/.*|.*\\$.*");
    private static final Set<String> NO_SECRETS =
            Set.of(
                    // An actor in the audit log, psql's variables, a flag of Kubernetes, a message,
                    // the
                    // form of a team's key.
                    "admin",
                    "owner",
                    "app",
                    "false",
                    "missing",
                    "sg_…",
                    // An idempotency key.
                    "boat-1");

    @Test
    void areAllOnTheList() {
        TreeMap<String, Path> found = new TreeMap<>();
        for (Path file : files()) {
            String text = text(file);
            if (file.getParent() != null && file.getParent().endsWith("development-secrets")) {
                if (!file.endsWith("README.md") && !text.isBlank()) {
                    found.put(text.strip(), file);
                }
                continue;
            }
            Stream.of(GIVEN, SHOWN)
                    .flatMap(pattern -> pattern.matcher(text).results())
                    .map(match -> match.group(1) != null ? match.group(1) : match.group(2))
                    .filter(value -> !NO_VALUE.matcher(value).matches())
                    .forEach(value -> found.put(value, file));
        }
        NO_SECRETS.forEach(found::remove);
        assertThat(found.keySet())
                .as(found.toString())
                .isEqualTo(new TreeSet<>(PublishedSecrets.VALUES));
    }

    static Set<String> values() {
        return PublishedSecrets.VALUES;
    }

    @ParameterizedTest
    @MethodSource("values")
    void areRefusedWithAVendorWhereverTheyStand(String value, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), value + "\n");
        for (String name :
                List.of(
                        "seedgate.admin-key",
                        "seedgate.oidc-client-secret",
                        "seedgate.alert-webhook-secret",
                        "seedgate.webhooks-key",
                        "spring.datasource.password",
                        "spring.flyway.password")) {
            assertRefused(vendor().withProperty(name, value), name, value);
            if (name.startsWith("seedgate")) {
                assertRefused(vendor().withProperty(name + "-file", file.toString()), name, value);
            }
        }
        assertRefused(
                vendor().withProperty("seedgate.webhooks-key", "a-new-one, " + value),
                "seedgate.webhooks-key",
                value);
        MockEnvironment vendorsOwn =
                local().withProperty("seedgate.upstream-api-key-file", file.toString());
        assertRefused(vendorsOwn, "seedgate.upstream-api-key", value);
    }

    private static void assertRefused(MockEnvironment environment, String name, String value) {
        assertThatThrownBy(() -> PublishedSecrets.check(environment))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                .hasMessageContaining("make-secrets")
                .hasMessageNotContaining(value);
    }

    @ParameterizedTest
    @CsvSource({
        ", , false",
        "0.0.0.0, , false",
        "::, , false",
        "192.168.1.7, , false",
        "gateway.example.org, , false",
        ", 0.0.0.0, false",
        ", 10.0.0.7, false",
        "0.0.0.0, 0.0.0.0, false",
        "127.0.0.1, , true",
        "127.9.9.9, , true",
        "::1, , true",
        "localhost, , true",
        ", 127.0.0.1, true",
        ", ::1, true",
        "0.0.0.0, 127.0.0.1, true",
    })
    void areTakenWithTheSandboxOnThisMachineAlone(String address, String listen, boolean taken) {
        MockEnvironment environment = new MockEnvironment();
        if (address != null) {
            environment.setProperty("server.address", address);
        }
        if (listen != null) {
            environment.setProperty("seedgate.listen", listen);
        }
        environment.setProperty("seedgate.admin-key", "development-admin-key");
        if (taken) {
            assertThatCode(() -> PublishedSecrets.check(environment)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> PublishedSecrets.check(environment))
                    .hasMessageContaining("SEEDGATE_ADMIN_KEY")
                    .hasMessageContaining("SEEDGATE_LISTEN=127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-secret-of-ones-own", ""})
    void keepNobodyElseFromStarting(String own) {
        MockEnvironment environment = vendor().withProperty("seedgate.admin-key", own);
        environment.setProperty("seedgate.oidc-client-secret-file", "/nowhere");
        assertThatCode(() -> PublishedSecrets.check(environment)).doesNotThrowAnyException();
    }

    @Test
    void endTheStartOfAGatewayWithOneLine() throws Exception {
        Process gateway =
                OneLineFailureReporterTests.gateway(
                        Map.of(
                                "SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:1/x",
                                "SEEDGATE_ADMIN_KEY", "development-admin-key",
                                "SEEDGATE_LISTEN", "0.0.0.0"));
        assertThat(OneLineFailureReporterTests.text(gateway.getErrorStream()).lines())
                .singleElement()
                .asString()
                .startsWith("seedgate: SEEDGATE_ADMIN_KEY: the value stands in");
        assertThat(gateway.waitFor()).isEqualTo(1);
    }

    /** Whom compose lets in, it tells the gateway. */
    @Test
    void areKnownWhereComposePublishesThem() {
        String compose = text(Path.of("docker-compose.yml"));
        String listen = "${SEEDGATE_LISTEN:-127.0.0.1}";
        assertThat(compose).contains("- \"" + listen + ":${SEEDGATE_PORT:-8080}:8080\"");
        Matcher told = Pattern.compile("SEEDGATE_LISTEN: (.*)").matcher(compose);
        assertThat(told.results().map(match -> match.group(1))).hasSize(2).containsOnly(listen);
    }

    private static MockEnvironment vendor() {
        return local().withProperty("seedgate.upstream-api-key", "a-key-of-the-vendors");
    }

    private static MockEnvironment local() {
        return new MockEnvironment().withProperty("server.address", "127.0.0.1");
    }

    private static List<Path> files() {
        return PUBLISHED.stream()
                .flatMap(PublishedSecretsTests::within)
                .filter(file -> !file.toString().endsWith("grafana/dashboards/seedgate.json"))
                .toList();
    }

    private static Stream<Path> within(Path path) {
        try (Stream<Path> found = Files.walk(path)) {
            // Pictures hold no text.
            return found
                    .filter(it -> Files.isRegularFile(it) && !it.toString().endsWith(".png"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
