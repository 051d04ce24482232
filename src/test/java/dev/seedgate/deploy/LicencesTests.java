package dev.seedgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the jar is made of may be passed on: the bill of materials that the build puts into it. */
class LicencesTests {

    /** Of several that a library offers, one on this list is enough. */
    private static final Set<String> ACCEPTED =
            Set.of(
                    "Apache-2.0",
                    "MIT",
                    "MIT-0",
                    "0BSD",
                    "BSD-2-Clause",
                    "BSD-3-Clause",
                    "CC0-1.0",
                    "EPL-2.0");

    @Test
    void everyLibraryHasAnAcceptedLicence() throws IOException {
        JsonNode components = billOfMaterials().path("components");
        assertThat(components).hasSizeGreaterThan(100);
        assertThat(components)
                .filteredOn(component -> !isAccepted(component.path("licenses")))
                .extracting(component -> component.path("purl").asString(""))
                .isEmpty();
    }

    private static boolean isAccepted(JsonNode licences) {
        return StreamSupport.stream(licences.spliterator(), false)
                .map(licence -> licence.at("/license/id").asString(""))
                .anyMatch(ACCEPTED::contains);
    }

    private static JsonNode billOfMaterials() throws IOException {
        try (InputStream file =
                LicencesTests.class.getResourceAsStream("/META-INF/sbom/application.cdx.json")) {
            assertThat(file).as("made by the build, before the tests").isNotNull();
            return JsonMapper.shared().readTree(file);
        }
    }
}
