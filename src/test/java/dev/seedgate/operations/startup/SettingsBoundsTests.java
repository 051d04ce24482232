package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.testing.ProductClasses;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.SpringValidatorAdapter;

/** Every number, time and size that can be set has bounds, found in the settings themselves. */
class SettingsBoundsTests {

    /**
     * Every record that settings are read into; found once, as reading all classes takes seconds.
     */
    static final List<Class<?>> RECORDS = records();

    private static final Validator VALIDATOR =
            Validation.buildDefaultValidatorFactory().getValidator();
    private static final Map<Class<?>, List<String>> TOO_LITTLE =
            Map.of(
                    int.class, List.of("-1", "-2147483648"),
                    long.class, List.of("-1", "-9223372036854775808"),
                    double.class, List.of("-1", "-1e300", "NaN"),
                    Duration.class, List.of("-1ms", "-1h", "-30000d"),
                    DataSize.class, List.of("-1B", "0B", "-1TB"));
    private static final Map<Class<?>, List<String>> TOO_MUCH =
            Map.of(
                    int.class, List.of("2147483647"),
                    long.class, List.of("9223372036854775807"),
                    double.class, List.of("1e300", "Infinity"),
                    Duration.class, List.of("40000d", "100000000d"),
                    DataSize.class, List.of("1TB"));

    /** A setting with its record. */
    record Setting(Class<?> owner, String prefix, RecordComponent component) {

        @Override
        public String toString() {
            return owner.getSimpleName() + "." + component.getName();
        }

        /** A list's is that of its elements. */
        Class<?> type() {
            Class<?> type =
                    component.getGenericType() instanceof ParameterizedType list
                                    && list.getActualTypeArguments()[0] instanceof Class<?> element
                            ? element
                            : component.getType();
            return type == Integer.class ? int.class : type == Long.class ? long.class : type;
        }

        void bind(String value) {
            Object bound =
                    new Binder(
                                    new MapConfigurationPropertySource(
                                            Map.of(prefix + "." + name(), value)))
                            .bindOrCreate(
                                    prefix,
                                    Bindable.of(owner),
                                    owner.isAnnotationPresent(Validated.class)
                                            ? new ValidationBindHandler(
                                                    new SpringValidatorAdapter(VALIDATOR))
                                            : BindHandler.DEFAULT);
            assertThat(bound).isNotNull();
        }

        private String name() {
            return component
                    .getName()
                    .replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                    .toLowerCase(Locale.ROOT);
        }
    }

    private static List<Class<?>> records() {
        return ProductClasses.all().stream()
                .filter(it ->
                        it.isAnnotatedWith(ConfigurationProperties.class)
                                || it.getSimpleName().endsWith("Settings"))
                .<Class<?>>map(JavaClass::reflect)
                .filter(Class::isRecord)
                .toList();
    }

    static Stream<Setting> settings() {
        return all().filter(it -> TOO_LITTLE.containsKey(it.type()));
    }

    private static Setting setting(String name) {
        return all().filter(it -> it.toString().equals(name)).findFirst().orElseThrow();
    }

    private static Stream<Setting> all() {
        return RECORDS.stream()
                .flatMap(owner ->
                        Stream.of(owner.getRecordComponents())
                                .map(it -> new Setting(owner, prefix(owner), it)));
    }

    static String prefix(Class<?> owner) {
        @Nullable ConfigurationProperties named =
                owner.getAnnotation(ConfigurationProperties.class);
        return named == null ? "seedgate.embedded" : named.value();
    }

    @Test
    void findsThemAll() {
        assertThat(settings().map(Setting::toString))
                .hasSizeGreaterThan(55)
                .contains(
                        "GenerationSettings.uncertainRefundAfter",
                        "AlertSettings.alertVendorBalanceCredits",
                        "DatabaseSettings.databaseStartupWait",
                        "UpstreamSettings.upstreamMaxAnswerSize");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void refusesWhatIsBelowAndAboveItsBounds(Setting setting) {
        for (Map<Class<?>, List<String>> side : List.of(TOO_LITTLE, TOO_MUCH)) {
            for (String value : side.getOrDefault(setting.type(), List.of())) {
                assertThatThrownBy(() -> setting.bind(value))
                        .as("%s=%s", setting, value)
                        .isInstanceOf(BindException.class)
                        .satisfies(e ->
                                assertThat(OneLineFailureReporter.explain(e))
                                        .contains("SEEDGATE_"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "10", "-", "ä", "_"})
    void takesOneLetterOrDigitAsTheNameOfACell(String cell) {
        Setting setting = setting("GenerationSettings.cell");
        setting.bind("Z");
        assertThatThrownBy(() -> setting.bind(cell))
                .isInstanceOf(BindException.class)
                .satisfies(e ->
                        assertThat(OneLineFailureReporter.explain(e))
                                .contains("SEEDGATE_CELL", "must be one letter or digit"));
    }

    /** Whatever is read by itself, outside of a settings record, is known by name here. */
    @Test
    void knowsEverySettingThatIsReadByItself() throws IOException {
        Set<String> known = new TreeSet<>();
        settings()
                .map(Setting::owner)
                .distinct()
                .flatMap(UnknownVariables::variables)
                .forEach(known::add);
        Pattern placeholder = Pattern.compile("\\$\\{(seedgate\\.[a-z.-]+)");
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                Matcher read = placeholder.matcher(Files.readString(file));
                while (read.find()) {
                    String variable =
                            read.group(1)
                                    .toUpperCase(Locale.ROOT)
                                    .replace('.', '_')
                                    .replace('-', '_');
                    assertThat(UnknownVariables.warnings(List.of(variable), known(known)))
                            .as("%s in %s", variable, file)
                            .isEmpty();
                }
            }
        }
    }

    private static List<String> known(Set<String> records) {
        return Stream.concat(records.stream(), UnknownVariables.OTHERS.stream()).toList();
    }

    /** A default stands in the record of its setting, with bounds and a reason; nowhere else. */
    @Test
    void hasNoSecondDefaultInAString() throws IOException {
        Pattern second =
                Pattern.compile(
                        "\\$\\{seedgate\\.[a-z0-9.-]+:"
                                + "|getProperty\\(\\s*\"seedgate\\.[a-z0-9.-]+\",(?!\\s*\"\"\\))");
        assertThat(second.matcher("@Value(\"${seedgate.a-b:1s}\")").find()).isTrue();
        assertThat(second.matcher("getProperty(\n  \"seedgate.a-b\", Integer.class, 1)").find())
                .isTrue();
        try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
            for (Path file :
                    files.filter(it -> it.toString().matches(".*\\.(java|yaml)")).toList()) {
                assertThat(second.matcher(Files.readString(file)).results().map(MatchResult::group))
                        .as(file.toString())
                        .isEmpty();
            }
        }
    }

    @Test
    void namesTheNearestOfAMisspeltVariable() {
        List<String> known = List.of("SEEDGATE_QUEUE_MAX_WAIT", "SEEDGATE_TRUSTED_PROXIES");
        assertThat(
                        UnknownVariables.warnings(
                                List.of(
                                        "SEEDGATE_QUEUE_MAXWAIT",
                                        "SEEDGATE_TRUSTED_PROXIES_0_",
                                        "SEEDGATE_TRUSTED_PROXIES_1",
                                        "PATH"),
                                known))
                .isEmpty();
        assertThat(
                        UnknownVariables.warnings(
                                List.of("SEEDGATE_QUEUE_MAX_WIAT", "SEEDGATE_ZZZ"), known))
                .containsExactly(
                        "SEEDGATE_QUEUE_MAX_WIAT is no setting and does nothing (do you mean SEEDGATE_QUEUE_MAX_WAIT?)",
                        "SEEDGATE_ZZZ is no setting and does nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"70000", "-1", "eighty", "80.5", "99999999999"})
    void refusesAPortThatIsNone(String port) {
        assertThatThrownBy(() -> SettingsCheck.checkPort("SERVER_PORT", port))
                .isInstanceOf(StartupException.class)
                .hasMessage(
                        "SERVER_PORT=%s: give a port, a whole number from 1 to 65535 (0 takes any that is free).",
                        port);
    }

    @Test
    void takesPortsAsTheyAreMeant() {
        for (String port : List.of("", "0", "8080", " 65535 ")) {
            SettingsCheck.checkPort("SERVER_PORT", port);
        }
    }
}
