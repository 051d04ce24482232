package dev.seedgate.operations.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The tables of {@code docs/metrics.md}. */
record DocumentedMetrics(Map<String, String> types, Map<String, Set<String>> labels) {

    private static final Pattern ROW =
            Pattern.compile(
                    "(?m)^\\| `(seedgate_\\w+)`(?: †)? \\| (\\w+) \\|([^|]*)\\| [^|]+ \\| (?:cluster|instance) \\|$");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    static DocumentedMetrics read() throws IOException {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        ROW.matcher(Files.readString(Path.of("docs/metrics.md")))
                .results()
                .forEach(row -> {
                    String name = row.group(1);
                    types.put(name, row.group(2));
                    Set<String> named = new TreeSet<>();
                    NAME.matcher(row.group(3)).results().forEach(it -> named.add(it.group(1)));
                    labels.put(name, named);
                    if (row.group(2).equals("histogram") || row.group(2).equals("summary")) {
                        types.put(name + "_max", "gauge");
                    }
                });
        return new DocumentedMetrics(types, labels);
    }
}
