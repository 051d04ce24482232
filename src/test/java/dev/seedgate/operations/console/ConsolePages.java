package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** All pages of the console, as paths that can be asked for. */
public final class ConsolePages {

    /** What answers with something else than a page. */
    private static final Set<String> NO_PAGE = Set.of("/console/tasks/{id}/clip");

    private ConsolePages() {}

    /** The patterns of their paths. */
    public static List<String> patterns(Gateway gateway) {
        return patterns(gateway, RequestMethod.GET);
    }

    /** The patterns of what the console's controllers take by this method. */
    static List<String> patterns(Gateway gateway, RequestMethod method) {
        return gateway
                .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .stream()
                .filter(it -> it.getMethodsCondition().getMethods().contains(method))
                .map(RequestMappingInfo::getPatternValues)
                .flatMap(Set::stream)
                .filter(it -> it.startsWith("/console") && !NO_PAGE.contains(it))
                .distinct()
                .sorted()
                .toList();
    }

    /** The path of a pattern, for this team (its slug), webhook endpoint and task. */
    public static String path(String pattern, String team, String endpoint, String task) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("{slug}", team);
        values.put("{team}", team);
        values.put("{month}", YearMonth.now(ZoneOffset.UTC).toString());
        values.put("{id}", pattern.startsWith("/console/webhooks") ? endpoint : task);
        String path = pattern;
        for (Map.Entry<String, String> value : values.entrySet()) {
            path = path.replace(value.getKey(), value.getValue());
        }
        assertThat(path).as("a pattern that no value is known for").doesNotContain("{");
        return switch (pattern) {
            case "/console/reports" ->
                    path + "?group_by=project&group_by=day&month=" + values.get("{month}");
            case "/console/teams/{slug}/limits" -> path + "?check=1&name=Other&weight=2";
            case "/console/teams/{slug}/budget" -> path + "?check=1&project=n1&monthly_credits=7";
            case "/console/tasks/refund" -> path + "?phase=UNCERTAIN";
            case "/console/playground" -> path + "?team=" + team;
            default -> path;
        };
    }
}
