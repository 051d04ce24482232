package dev.seedgate.operations.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** docs/settings.md names every setting that there is, with its default, and no other. */
class SettingsPageTests {

    private static final Path PAGE = Path.of("docs/settings.md");
    private static final Pattern ROW = Pattern.compile("^\\| (`[^|]+`) \\| .* \\| ([^|]*) \\|$");
    private static final Pattern NAME = Pattern.compile("`(SEEDGATE_[A-Z0-9_]+)`");

    @Test
    void namesEverySettingAndNoOther() throws IOException {
        List<String> named = new ArrayList<>();
        for (Row row : rows()) {
            named.addAll(row.names());
        }
        assertThat(named).doesNotHaveDuplicates();
        TreeSet<String> known = new TreeSet<>(UnknownVariables.OTHERS);
        records().flatMap(UnknownVariables::variables).forEach(known::add);
        // Not one to set: tests and images switch it.
        known.remove("SEEDGATE_EMBEDDED_ENABLED");
        assertThat(new TreeSet<>(named)).isEqualTo(known);
    }

    @Test
    void saysTheDefaultsThatTheSettingsHave() throws IOException {
        Map<String, String> defaults = defaults();
        int compared = 0;
        for (Row row : rows()) {
            List<String> said = List.of(row.defaults().split(", "));
            if (said.size() != row.names().size()) {
                said = List.of(row.defaults());
            }
            for (int i = 0; i < Math.min(said.size(), row.names().size()); i++) {
                String real = defaults.get(row.names().get(i));
                if (real != null && said.get(i).matches("[0-9].*|true|false")) {
                    assertThat(said.get(i)).as(row.names().get(i)).isEqualToIgnoringCase(real);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(70);
    }

    /** Those whose settings are named without a room; the others are listed as they are. */
    private static Stream<Class<?>> records() {
        return SettingsBoundsTests.RECORDS.stream()
                .filter(it -> SettingsBoundsTests.prefix(it).equals("seedgate"));
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new HashMap<>();
        for (Class<?> type : records().toList()) {
            List<String> names = UnknownVariables.variables(type).toList();
            Parameter[] parameters =
                    List.of(type.getDeclaredConstructors()).stream()
                            .max(Comparator.comparingInt(Constructor::getParameterCount))
                            .orElseThrow()
                            .getParameters();
            for (int i = 0; i < parameters.length; i++) {
                DefaultValue value = parameters[i].getAnnotation(DefaultValue.class);
                if (value != null) {
                    defaults.put(
                            names.get(i), String.join(",", value.value()).toLowerCase(Locale.ROOT));
                }
            }
        }
        return defaults;
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                List<String> names =
                        NAME.matcher(row.group(1)).results().map(it -> it.group(1)).toList();
                if (!names.isEmpty()) {
                    rows.add(new Row(names, row.group(2)));
                }
            }
        }
        assertThat(rows).hasSizeGreaterThan(70);
        return rows;
    }

    private record Row(List<String> names, String defaults) {}
}
