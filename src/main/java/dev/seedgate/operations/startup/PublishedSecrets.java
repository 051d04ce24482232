package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.StartupException;
import dev.seedgate.vendor.sandbox.SandboxMode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * The check at start-up that refuses secrets which stand in this project's own files, and so are
 * known to everybody. They are for trying: with the sandbox as the vendor, on an address that no
 * other machine reaches. A container can't see at which address it is published; compose, which
 * publishes it, says so in {@code SEEDGATE_LISTEN}.
 */
final class PublishedSecrets
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final Logger log = LoggerFactory.getLogger(PublishedSecrets.class);

    /** All that the examples and the documents have; a test reads those for further ones. */
    static final Set<String> VALUES =
            Set.of(
                    "development-admin-key",
                    "seedgate-development",
                    "ZGV2ZWxvcG1lbnQtd2ViaG9va3Mta2V5LW9mLTMyLWI=",
                    "replace-me",
                    "replace-me-replace-me");

    /** Each may also be in the file that the same name with {@code -file} names. */
    private static final List<String> SECRETS =
            List.of(
                    "seedgate.admin-key",
                    "seedgate.upstream-api-key",
                    "seedgate.oidc-client-secret",
                    "seedgate.alert-webhook-secret",
                    "seedgate.webhooks-key",
                    "seedgate.clips-s3-secret-key",
                    "seedgate.sandbox-api-key",
                    "spring.datasource.password",
                    "spring.flyway.password");

    /**
     * After embedded mode and the properties that tests add, before the database is logged in to.
     */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 5;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        check(context.getEnvironment());
    }

    static void check(Environment environment) {
        List<String> published =
                SECRETS.stream()
                        .filter(name -> values(environment, name).anyMatch(VALUES::contains))
                        .map(PublishedSecrets::variable)
                        .toList();
        if (published.isEmpty()) {
            return;
        }
        String names = String.join(", ", published);
        if (!SandboxMode.isOn(environment)) {
            throw new StartupException(
                    "%s: the value stands in this project's files, so everybody knows it, and a real vendor is configured: set a secret of your own (deploy/make-secrets makes them)."
                            .formatted(names));
        }
        if (!isLoopback(listensAt(environment))) {
            throw new StartupException(
                    "%s: the value stands in this project's files, so everybody knows it, and other machines may reach this gateway: set a secret of your own (deploy/make-secrets makes them), or listen on this machine alone (SERVER_ADDRESS=127.0.0.1; with docker compose SEEDGATE_LISTEN=127.0.0.1)."
                            .formatted(names));
        }
        log.warn("{}: everybody knows the value; it is for trying on this machine only", names);
    }

    /** The web server's own address, or else the one that it is published at. */
    private static String listensAt(Environment environment) {
        String own = environment.getProperty("server.address", "").strip();
        return isLoopback(own) ? own : environment.getProperty("seedgate.listen", "").strip();
    }

    private static boolean isLoopback(String address) {
        if (address.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            // Nothing, or the name of a host, which may lead anywhere.
            return false;
        }
    }

    /** A setting may hold several keys, such as the new and the old one of a rotation. */
    private static Stream<String> values(Environment environment, String name) {
        String file = environment.getProperty(name + "-file", "").strip();
        return Stream.of(environment.getProperty(name, ""), file.isEmpty() ? "" : text(file))
                .flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip);
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException | InvalidPathException _) {
            // The check of the room that needs it reports it.
            return "";
        }
    }

    private static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
