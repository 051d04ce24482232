package dev.seedgate.operations.metrics;

import dev.seedgate.testing.Gateway;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a gateway tells Prometheus about itself. */
record Scrape(String text) {

    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (seedgate_\\w+) (\\w+)$");
    private static final Pattern SAMPLE =
            Pattern.compile("(?m)^(seedgate_\\w+?)(?:\\{(.*)})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    static Scrape of(Gateway gateway) {
        return new Scrape(gateway.call("GET", "/actuator/prometheus", null, null).body());
    }

    /** The metrics of the gateway's own, with their types. */
    Map<String, String> types() {
        Map<String, String> types = new TreeMap<>();
        Matcher line = TYPE.matcher(text);
        while (line.find()) {
            types.put(line.group(1), line.group(2));
        }
        return types;
    }

    /** The labels of one, those that say where it was scraped and of buckets aside. */
    Set<String> labels(String name) {
        Set<String> labels = new TreeSet<>();
        samples(name).forEach(it -> labels.addAll(it.keySet()));
        labels.remove("le");
        return labels;
    }

    /** The value of the one sample with these labels, written as {@code name="value"}; or 0. */
    double value(String name, String... labels) {
        Matcher sample = SAMPLE.matcher(text);
        while (sample.find()) {
            if (sample.group(1).equals(name) && holds(sample.group(2), labels)) {
                return Double.parseDouble(sample.group(3));
            }
        }
        return 0;
    }

    private static boolean holds(String all, String... labels) {
        return all == null ? labels.length == 0 : List.of(labels).stream().allMatch(all::contains);
    }

    private List<Map<String, String>> samples(String name) {
        return SAMPLE.matcher(text)
                .results()
                .filter(it ->
                        it.group(1).replaceFirst("_(bucket|count|sum)$", "").equals(name)
                                || it.group(1).equals(name))
                .map(Scrape::labelsOf)
                .toList();
    }

    private static Map<String, String> labelsOf(MatchResult sample) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (sample.group(2) != null) {
            LABEL.matcher(sample.group(2))
                    .results()
                    .forEach(it -> labels.put(it.group(1), it.group(2)));
        }
        return labels;
    }
}
