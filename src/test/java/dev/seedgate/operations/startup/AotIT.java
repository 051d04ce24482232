package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aot.AotDetector;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.core.SpringProperties;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * A gateway with the bean definitions that the packaging generated, as the image starts it, beside
 * one that finds its beans by itself, as all other tests have it.
 */
class AotIT {

    private static final FakeVendor VENDOR = FakeVendor.start();
    private static Gateway plain;
    private static Gateway generated;

    @BeforeAll
    static void start() {
        plain = Gateway.start(TestDatabase.create(), VENDOR);
        SpringProperties.setProperty(AotDetector.AOT_ENABLED, "true");
        try {
            generated = Gateway.start(TestDatabase.create(), VENDOR);
        } finally {
            SpringProperties.setProperty(AotDetector.AOT_ENABLED, "false");
        }
    }

    @AfterAll
    static void close() {
        Stream.of(plain, generated).filter(Objects::nonNull).forEach(Gateway::close);
        VENDOR.close();
    }

    @Test
    void hasTheSameBeans() {
        assertThat(
                        generated
                                .context()
                                .containsBean(
                                        AnnotationConfigUtils
                                                .CONFIGURATION_ANNOTATION_PROCESSOR_BEAN_NAME))
                .as("reads configuration classes")
                .isFalse();
        assertThat(beans(generated)).hasSizeGreaterThan(200).isEqualTo(beans(plain));
        // The tests' own libraries bring others along, which the packaged gateway has not.
        assertThat(generated.context().getBeanDefinitionNames())
                .filteredOn(it -> !it.endsWith("internalImportAwareAotProcessor"))
                .isSubsetOf(plain.context().getBeanDefinitionNames());
    }

    @Test
    void answersTheSameRequestsBehindTheSameFilters() {
        assertThat(handlers(generated)).isNotEmpty().isEqualTo(handlers(plain));
        assertThat(filters(generated)).isNotEmpty().isEqualTo(filters(plain));
    }

    @Test
    void doesTheMainJob() {
        Gateway.Team team = generated.team("monthly_quota", 1000);
        String task = team.create("a boat");
        VENDOR.finish(team.upstreamId(task), "https://clips.example/1.mp4");
        assertThat(team.await(task, "SUCCEEDED").at("/response/0").asString())
                .isEqualTo("https://clips.example/1.mp4");
        assertThat(team.credits().get("remaining").asLong()).isLessThan(1000);
    }

    /** The gateway's own: their types by their names. */
    private static Map<String, String> beans(Gateway gateway) {
        ConfigurableApplicationContext context = gateway.context();
        Map<String, String> beans = new TreeMap<>();
        for (String name : context.getBeanDefinitionNames()) {
            // What follows is another for each proxy and lambda.
            String type = String.valueOf(context.getType(name)).replaceFirst("\\$\\$.*", "");
            if (type.contains("dev.seedgate")) {
                beans.put(name, type);
            }
        }
        return beans;
    }

    private static List<String> handlers(Gateway gateway) {
        return gateway
                .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .entrySet()
                .stream()
                .map(it -> it.getKey() + " " + it.getValue())
                .sorted()
                .toList();
    }

    private static List<String> filters(Gateway gateway) {
        return gateway.bean(FilterChainProxy.class).getFilterChains().stream()
                .map(chain ->
                        chain.getFilters().stream()
                                .map(it -> it.getClass().getName())
                                .toList()
                                .toString())
                .toList();
    }
}
