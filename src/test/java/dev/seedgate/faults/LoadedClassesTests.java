package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a gateway does not load to do its job. Each of these brings hundreds of classes, which every
 * start then loads and an idle gateway holds: 6 KB each.
 */
@Tag("faults")
class LoadedClassesTests {

    private static final List<String> NEEDLESS =
            List.of(
                    // A proxy for what is loaded lazily, which no entity is.
                    "net.bytebuddy.",
                    // Two parsers of JPQL: queries are SQL.
                    "org.hibernate.grammars.",
                    "org.springframework.data.jpa.repository.query.HqlParser",
                    // Only the API's description needs these.
                    "com.fasterxml.jackson.databind.ser.",
                    "io.swagger.v3.core.converter.ModelConverters",
                    // Mappings in XML.
                    "org.hibernate.boot.jaxb.internal.",
                    // Pages as parameters.
                    "org.springframework.data.web.PageableHandlerMethodArgumentResolver");

    @TempDir private Path folder;

    @Test
    void doesItsJobWithoutTheNeedless() throws IOException {
        Path loaded = folder.resolve("loaded");
        try (FakeVendor vendor = FakeVendor.start();
                GatewayProcess gateway =
                        GatewayProcess.start(
                                "loads",
                                TestDatabase.create(),
                                vendor,
                                "-Dspring.backgroundpreinitializer.ignore=true",
                                "-Xlog:class+load:file=" + loaded)) {
            Team team = gateway.gateway().team("monthly_quota", 1000);
            String task = team.create("a boat");
            vendor.finish(team.upstreamId(task), "https://clips.example/1.mp4");
            team.await(task, "SUCCEEDED");
            assertThat(gateway.gateway().admin("GET", "/teams", null).status()).isEqualTo(200);
            gateway.stop();
        }
        List<String> names =
                Files.readAllLines(loaded).stream()
                        .map(line -> line.replaceFirst("\\S* (\\S*) .*", "$1"))
                        .toList();
        assertThat(names).contains("org.hibernate.SessionFactory");
        assertThat(names)
                .filteredOn(name -> NEEDLESS.stream().anyMatch(name::startsWith))
                .isEmpty();
    }
}
