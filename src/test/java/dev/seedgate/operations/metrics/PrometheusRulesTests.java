package dev.seedgate.operations.metrics;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts, runbook and dashboard against the documented metrics, which exist by another test. */
@NullUnmarked
class PrometheusRulesTests {

    private static final Path ALERTS = Path.of("deploy/prometheus/alerts.yaml");
    private static final Path DASHBOARD = Path.of("deploy/grafana/dashboards/seedgate.json");
    private static final Pattern METRIC = Pattern.compile("\\bseedgate_\\w+");

    @Test
    void explainsEveryAlertInTheRunbookAndNothingElse() throws IOException {
        List<String> headings =
                Files.readAllLines(Path.of("docs/runbook.md")).stream()
                        .filter(it -> it.startsWith("## "))
                        .map(it -> it.substring(3))
                        .toList();
        assertThat(alerts()).extracting(it -> it.get("alert")).isNotEmpty().isEqualTo(headings);
    }

    @Test
    void pointsEveryAlertAtItsEntry() throws IOException {
        assertThat(alerts())
                .allSatisfy(alert -> {
                    String name = (String) alert.get("alert");
                    assertThat(alert.get("annotations").toString())
                            .contains(
                                    "runbook_url=docs/runbook.md#" + name.toLowerCase(Locale.ROOT))
                            .contains("summary=", "description=");
                    assertThat(alert.get("labels").toString())
                            .matches("\\{severity=(critical|warning)}");
                });
    }

    @Test
    void alertsOnDocumentedMetricsOnly() throws IOException {
        Set<String> used = new TreeSet<>();
        alerts().forEach(it -> used.addAll(metrics(it.get("expr").toString())));
        assertThat(used).isNotEmpty();
        assertThat(documented()).containsAll(used);
        assertThat(documented()).containsAll(metrics(Files.readString(Path.of("docs/runbook.md"))));
    }

    @Test
    void drawsEveryDocumentedMetricAndNoOther() throws IOException {
        Set<String> drawn = new TreeSet<>();
        targets().forEach(it -> drawn.addAll(metrics(it.get("expr").stringValue())));
        assertThat(drawn).isEqualTo(DocumentedMetrics.read().labels().keySet());
    }

    @Test
    void letsTheDashboardChooseItsDataSource() throws IOException {
        JsonNode dashboard = dashboard();
        assertThat(dashboard).has("uid", "seedgate");
        assertThat(dashboard.get("templating").get("list").get(0)).has("type", "datasource");
        assertThat(targets())
                .allMatch(it ->
                        it.get("datasource").get("uid").stringValue().equals("${datasource}"));
        List<Integer> ids =
                list(dashboard.get("panels")).map(it -> it.get("id").intValue()).toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    private static List<Map<String, Object>> alerts() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file =
                new Yaml().load(Files.readString(ALERTS));
        return file.get("groups").getFirst().get("rules");
    }

    private static JsonNode dashboard() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(DASHBOARD));
    }

    private static List<JsonNode> targets() throws IOException {
        return list(dashboard().get("panels")).flatMap(it -> list(it.path("targets"))).toList();
    }

    private static java.util.stream.Stream<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** The names in a text, as they are documented. */
    private static Set<String> metrics(String text) {
        Set<String> names = new TreeSet<>();
        METRIC.matcher(text)
                .results()
                .forEach(it -> names.add(it.group().replaceFirst("_(bucket|sum|count)$", "")));
        return names;
    }

    private static Set<String> documented() throws IOException {
        return DocumentedMetrics.read().labels().keySet();
    }
}
