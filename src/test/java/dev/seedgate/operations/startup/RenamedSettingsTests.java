package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What was written for an older version still starts this one, with the same values. */
@ExtendWith(OutputCaptureExtension.class)
class RenamedSettingsTests {

    @ParameterizedTest
    @CsvSource({
        "RESUBMITS, UPSTREAM_RETRIES_ON_500, 17",
        "STOPS_UNTIL_FAILED, ACCOUNT_STOPS_UNTIL_FAILED, 17",
        "CLIPLESS_POLLS, POLLS_WITHOUT_URL_UNTIL_FAILED, 17",
        "CLOSE_AFTER, STATEMENT_CLOSE_DELAY, 2h",
        "BAD_KEYS_PER_MINUTE, AUTH_FAILURES_PER_MINUTE, 17",
        "BAD_KEY_SOURCES, AUTH_FAILURE_SOURCES, 17",
        "STRANGERS_PER_SECOND, ANONYMOUS_REQUESTS_PER_SECOND, 17",
        "STRANGERS_AT_ONCE, ANONYMOUS_MAX_CONCURRENT, 17",
        "STRANGERS_WAITING, ANONYMOUS_MAX_WAITING, 17",
        "STRANGERS_WAIT, ANONYMOUS_MAX_WAIT, 3s",
        "STRANGERS_TURN, ANONYMOUS_TIME_SLICE, 3s",
        "POOL_RESERVE, VENDOR_BALANCE_RESERVE, 123456",
        "POOL_DAILY_CAP, VENDOR_BALANCE_DAILY_CAP, 123456",
        "POOL_MONTHLY_CAP, VENDOR_BALANCE_MONTHLY_CAP, 123456",
        "POOL_INTERVAL, VENDOR_BALANCE_INTERVAL, 3s",
        "POOL_MOVEMENTS, VENDOR_BALANCE_ROLLUP_BATCH, 17",
        "ALERT_POOL_CREDITS, ALERT_VENDOR_BALANCE_CREDITS, '21,7'",
        "ALERT_POOL_DAYS, ALERT_VENDOR_BALANCE_DAYS, '21,7'",
        "AUDITOR_INTERVAL, LEDGER_CHECK_INTERVAL, 3s",
        "AUDITOR_ENTRIES, LEDGER_CHECK_ENTRY_BATCH, 17",
        "AUDITOR_TEAMS, LEDGER_CHECK_TEAM_BATCH, 17",
        "AUDITOR_ROUND, LEDGER_CHECK_ROUND, 3d",
        "SUM_ENTRIES, LEDGER_ROLLUP_BATCH, 17",
        "REVISION_INTERVAL, KEY_CACHE_CHECK_INTERVAL, 3s",
        "KEY_LOOK_UP_INTERVAL, KEY_CACHE_BATCH_INTERVAL, 40ms",
        "LAST_USED_INTERVAL, KEY_LAST_USED_INTERVAL, 3s"
    })
    void setsTheSameUnderEachFormerName(String old, String name, String value) {
        assertThat(RenamedSettings.NAMES).containsEntry("SEEDGATE_" + old, "SEEDGATE_" + name);
        String property = "seedgate." + dashed(old);
        for (PropertySource<?> given :
                List.of(
                        variables(Map.of("SEEDGATE_" + old, value)),
                        new SimpleCommandLinePropertySource("--" + property + "=" + value),
                        new MapPropertySource("file", Map.of(property, value)))) {
            StandardEnvironment environment = environment(given);
            assertThat(RenamedSettings.apply(environment))
                    .as(given.getName())
                    .containsExactly("SEEDGATE_%s is now called SEEDGATE_%s".formatted(old, name));
            // Into the record that has it, bounds and all.
            Class<?> owner = owner("SEEDGATE_" + name);
            assertThat(bound(environment, owner))
                    .as(given.getName())
                    .isNotEqualTo(bound(environment(), owner))
                    .isEqualTo(
                            bound(
                                    environment(variables(Map.of("SEEDGATE_" + name, value))),
                                    owner));
        }
    }

    @Test
    void hasARowForEachAndNoChains() {
        CsvSource table =
                Arrays.stream(RenamedSettingsTests.class.getDeclaredMethods())
                        .flatMap(it -> Stream.ofNullable(it.getAnnotation(CsvSource.class)))
                        .findFirst()
                        .orElseThrow();
        assertThat(table.value()).hasSameSizeAs(RenamedSettings.NAMES.keySet());
        assertThat(RenamedSettings.NAMES.values())
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(RenamedSettings.NAMES.keySet());
    }

    @Test
    void takesAListElementByElement() {
        StandardEnvironment environment =
                environment(
                        new MapPropertySource(
                                "file",
                                new TreeMap<>(
                                        Map.of(
                                                "seedgate.alert-pool-days[0]", "30",
                                                "seedgate.alert-pool-days[1]", "5"))));
        RenamedSettings.apply(environment);
        assertThat(
                        Binder.get(environment)
                                .bind(
                                        "seedgate.alert-vendor-balance-days",
                                        Bindable.listOf(Integer.class))
                                .get())
                .containsExactly(30, 5);
    }

    @Test
    void letsTodaysNameWinWhereverItIsGiven() {
        StandardEnvironment environment =
                environment(
                        new SimpleCommandLinePropertySource("--seedgate.bad-keys-per-minute=17"),
                        new MapPropertySource(
                                "file", Map.of("seedgate.auth-failures-per-minute", "5")));
        assertThat(RenamedSettings.apply(environment)).hasSize(1);
        assertThat(environment.getProperty("seedgate.auth-failures-per-minute")).isEqualTo("5");
    }

    @Test
    void saysNothingOfAVariableThatIsEmpty() {
        StandardEnvironment environment =
                environment(variables(Map.of("SEEDGATE_POOL_RESERVE", " ")));
        assertThat(RenamedSettings.apply(environment)).isEmpty();
        assertThat(environment.getProperty("seedgate.vendor-balance-reserve")).isNull();
    }

    @Test
    void warnsOnceAStart(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(Nothing.class)
                        .web(WebApplicationType.NONE)
                        .registerShutdownHook(false)
                        .run(
                                "--spring.main.keep-alive=false",
                                "--seedgate.resubmits=1",
                                "--seedgate.bad-keys-per-minute=17")) {
            assertThat(context.getEnvironment().getProperty("seedgate.auth-failures-per-minute"))
                    .isEqualTo("17");
        }
        assertThat(output.getAll().lines().filter(it -> it.contains("is now called")))
                .singleElement()
                .asString()
                .endsWith(
                        "SEEDGATE_BAD_KEYS_PER_MINUTE is now called SEEDGATE_AUTH_FAILURES_PER_MINUTE,"
                                + " SEEDGATE_RESUBMITS is now called SEEDGATE_UPSTREAM_RETRIES_ON_500;"
                                + " the old name works until version 2");
    }

    /** Neither is a former name unknown, nor is anybody led to one. */
    @Test
    void areNeitherUnknownNorSuggested() {
        List<String> known = List.of("SEEDGATE_AUTH_FAILURES_PER_MINUTE");
        assertThat(UnknownVariables.warnings(List.of("SEEDGATE_BAD_KEYS_PER_MINUTE"), known))
                .isEmpty();
        assertThat(UnknownVariables.warnings(List.of("SEEDGATE_BAD_KEYS_PER_MINUT"), known))
                .singleElement()
                .asString()
                .doesNotContain("SEEDGATE_BAD_KEYS_PER_MINUTE");
    }

    private static Class<?> owner(String variable) {
        List<Class<?>> owners =
                SettingsBoundsTests.RECORDS.stream()
                        .filter(it -> UnknownVariables.variables(it).anyMatch(variable::equals))
                        .toList();
        assertThat(owners).as(variable).hasSize(1);
        return owners.getFirst();
    }

    private static Object bound(StandardEnvironment environment, Class<?> owner) {
        return components(
                Binder.get(environment).bindOrCreate(SettingsBoundsTests.prefix(owner), owner));
    }

    /** Not its text: some hide secrets in it. */
    private static Map<String, String> components(Object settings) {
        Map<String, String> components = new HashMap<>();
        Arrays.stream(settings.getClass().getRecordComponents())
                .forEach(it -> {
                    try {
                        it.getAccessor().setAccessible(true);
                        components.put(
                                it.getName(), String.valueOf(it.getAccessor().invoke(settings)));
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                });
        return components;
    }

    /** With these alone, the first first. */
    private static StandardEnvironment environment(PropertySource<?>... given) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(it -> environment.getPropertySources().remove(it.getName()));
        for (PropertySource<?> source : given) {
            environment.getPropertySources().addLast(source);
        }
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static PropertySource<?> variables(Map<String, Object> variables) {
        return new SystemEnvironmentPropertySource("test-systemEnvironment", variables);
    }

    private static String dashed(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Configuration(proxyBeanMethods = false)
    static class Nothing {}
}
