package dev.seedgate.access.team;

import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.platform.values.ErrorCode.TEAM_NOT_FOUND;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * What the admin API does not understand it refuses, whatever the call: the routes, their
 * parameters and the fields of their bodies are read from the code itself.
 */
class StrictInputTests {

    private static final Gateway gateway = Gateway.shared();
    private static final Team TEAM = gateway.team();

    @Test
    void namesAnUnknownFieldOfEveryBody() {
        List<String> wrong = new ArrayList<>();
        for (Route route : routes()) {
            Answer answer = ask(route, "", Json.of("no_such_field", 1));
            boolean named =
                    route.body() == null
                            ? detail(answer).contains("no body")
                            : detail(answer).contains("no_such_field")
                                    && detail(answer).contains("nearest");
            note(wrong, route + " {no_such_field}", answer, named);
            for (RecordComponent field : fields(route)) {
                String name = name(field);
                String misspelt = name + "s";
                Answer near = ask(route, "", Json.of(misspelt, null));
                note(
                        wrong,
                        route + " {" + misspelt + "}",
                        near,
                        detail(near).contains("the nearest is " + name + "."));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void namesAnUnknownParameterOfEveryCall() {
        List<String> wrong = new ArrayList<>();
        for (Route route : routes()) {
            Answer answer = ask(route, "?no_such_parameter=1", null);
            note(
                    wrong,
                    route + "?no_such_parameter",
                    answer,
                    detail(answer).contains("no_such_parameter"));
            for (String name : route.parameters()) {
                Answer near = ask(route, "?" + name + "s=x", null);
                note(
                        wrong,
                        route + "?" + name + "s",
                        near,
                        detail(near).contains("the nearest is " + name + "."));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void refusesABlankOrAnotherTypeInEveryField() {
        List<String> wrong = new ArrayList<>();
        int tried = 0;
        for (Route route : routes()) {
            for (RecordComponent field : fields(route)) {
                for (String value : wrongFor(field)) {
                    String body = Json.of(name(field), Json.raw(value));
                    Answer answer = ask(route, "", body);
                    boolean told =
                            detail(answer)
                                    .matches(".*\\b" + name(field) + "(\\[0])? (size )?must .*");
                    note(wrong, route + " " + body, answer, told);
                    tried++;
                }
            }
        }
        assertThat(wrong).isEmpty();
        // Nothing passed because nothing was tried.
        assertThat(tried).isGreaterThan(150);
    }

    @Test
    void leavesATeamAsItIsWhateverBlankComes() {
        Team team =
                gateway.team(
                        "monthly_quota",
                        650,
                        "max_in_flight",
                        3,
                        "generate_per_minute",
                        9,
                        "weight",
                        7,
                        "soft_limits",
                        true,
                        "prompt_retention_days",
                        30,
                        "clip_retention_days",
                        40,
                        "cost_center",
                        "C");
        String before = gateway.admin("GET", "/teams/" + team.slug(), null).body();
        for (RecordComponent field : TeamChange.class.getRecordComponents()) {
            for (String blank : List.of("\"\"", "\" \"", "\"\\t\"")) {
                Answer answer =
                        gateway.admin(
                                "PATCH",
                                "/teams/" + team.slug(),
                                Json.of(name(field), Json.raw(blank)));
                assertThat(answer.status()).as(name(field) + " " + blank).isEqualTo(400);
            }
        }
        assertThat(gateway.admin("GET", "/teams/" + team.slug(), null).body()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST|/teams|{\"slug\":\"strict\",\"name\":\"S\",\"quota\":1000}|monthly_quota",
                "POST|/teams|{\"slug\":\"strict\",\"name\":\"S\",\"monthlyQuota\":1000}|monthly_quota",
                "PATCH|/teams/{team}|{\"monthlyQuota\":1}|monthly_quota",
                "PATCH|/teams/{team}|{\"in_flight\":1}|max_in_flight",
                "POST|/teams/{team}/keys|{\"name\":\"k\",\"expires\":\"2099-01-01T00:00:00Z\"}|expires_at",
                "POST|/tasks/refund|{\"phase\":\"UNCERTAIN\",\"teams\":\"studio\"}|team",
                "GET|/reports/usage?groupBy=team||group_by",
                "GET|/alerts?sort=x||to"
            })
    void saysWhichOneWasMeant(String method, String path, String body, String nearest) {
        Team team = gateway.team();
        Answer answer = gateway.admin(method, path.replace("{team}", team.slug()), body);
        assertThat(answer).hasStatus(400).hasError(INVALID_REQUEST);
        assertThat(detail(answer)).endsWith("the nearest is " + nearest + ".");
        assertThat(gateway.admin("GET", "/teams/strict", null)).hasStatus(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/admin-keys|{\"name\":\"k\",\"role\":\"owner\"}|role must be one of viewer, operator, admin.",
                "/teams/x/keys|{\"name\":\"k\",\"scopes\":\"generate\"}|scopes must be a list; each must be one of generate, status.",
                "/teams/x/keys|{\"name\":\"k\",\"scopes\":[\"read\"]}|scopes[0] must be one of generate, status.",
                "/teams/x/keys|{\"name\":\"k\",\"expires_at\":\"tomorrow\"}|expires_at must be an instant like 2026-12-31T23:59:59Z.",
                "/teams|{\"slug\":\"s\",\"name\":\"n\",\"soft_limits\":\"yes\"}|soft_limits must be true or false.",
                "/teams|{\"slug\":\"s\",\"name\":\"n\",\"weight\":1.5}|weight must be a whole number, 2147483647 at most."
            })
    void saysTheRuleThatAValueBreaks(String path, String body, String detail) {
        assertThat(detail(gateway.admin("POST", path, body))).isEqualTo(detail);
    }

    @Test
    void refundsManyOnlyForAFilter() {
        Answer all = gateway.admin("POST", "/tasks/refund", Json.of("phase", "EXPIRED"));
        assertThat(all).hasStatus(400);
        assertThat(detail(all)).contains("team or before");
        Answer misspelt =
                gateway.admin(
                        "POST",
                        "/tasks/refund",
                        Json.of("phase", "EXPIRED", "team", "nobodys-team"));
        assertThat(misspelt).hasError(TEAM_NOT_FOUND);
        Team team = gateway.team();
        Answer one =
                gateway.admin(
                        "POST", "/tasks/refund", Json.of("phase", "EXPIRED", "team", team.slug()));
        assertThat(one).hasStatus(200);
    }

    private static void note(List<String> wrong, String call, Answer answer, boolean told) {
        if (answer.status() != 400 || !told) {
            wrong.add(call + " -> " + answer);
        }
    }

    private static String detail(Answer answer) {
        return answer.json().path("detail").asString("");
    }

    /** Values that the field does not take, blanks among them. */
    private static List<String> wrongFor(RecordComponent field) {
        String type = field.getType().getSimpleName();
        List<String> values = new ArrayList<>(List.of("\"\"", "\" \"", "{}", "true", "5", "[5]"));
        switch (type) {
            case "Boolean" -> values.remove("true");
            case "Long", "Integer" -> {
                values.remove("5");
                values.addAll(List.of("1.5", "\"5\"", "99999999999999999999"));
            }
            case "Set" -> values.add("[\" \"]");
            default -> values.addAll(List.of("1.5", "99999999999", "[2099,1,1]"));
        }
        return values;
    }

    private static Answer ask(Route route, String query, @Nullable String body) {
        String path =
                route.path()
                        .replace("{slug}", TEAM.slug())
                        .replace("{month}", "2001-01")
                        .replace("{project}", "film")
                        .replace(
                                "{id}",
                                route.path().contains("/tasks/")
                                        ? "sd15p_aaaaaaaaaaaaaaaaaaaa"
                                        : "0");
        return gateway.call(route.method(), path + query, Gateway.ADMIN_KEY, body);
    }

    private static List<RecordComponent> fields(Route route) {
        return route.body() == null ? List.of() : List.of(route.body().getRecordComponents());
    }

    private static String name(RecordComponent field) {
        JsonProperty named = field.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? field.getName() : named.value();
    }

    private static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        gateway.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((info, handler) ->
                        info.getPatternValues().stream()
                                .filter(path -> path.startsWith("/admin/api/"))
                                .forEach(path ->
                                        info.getMethodsCondition()
                                                .getMethods()
                                                .forEach(method ->
                                                        routes.add(
                                                                route(
                                                                        method.name(),
                                                                        path,
                                                                        handler)))));
        assertThat(routes).hasSizeGreaterThan(30);
        return routes;
    }

    private static Route route(String method, String path, HandlerMethod handler) {
        Parameter[] all = handler.getMethod().getParameters();
        Optional<Class<?>> body =
                Arrays.stream(all)
                        .filter(it -> it.isAnnotationPresent(RequestBody.class))
                        .<Class<?>>map(Parameter::getType)
                        .findFirst();
        return new Route(
                method,
                path,
                Arrays.stream(all)
                        .filter(it -> it.isAnnotationPresent(RequestParam.class))
                        .map(StrictInputTests::parameter)
                        .toList(),
                // The one that is merged is read as a tree.
                body.map(it -> it.isRecord() ? it : TeamChange.class).orElse(null));
    }

    private static String parameter(Parameter parameter) {
        String name = Objects.requireNonNull(parameter.getAnnotation(RequestParam.class)).name();
        return name.isEmpty() ? parameter.getName() : name;
    }

    private record Route(
            String method,
            String path,
            Collection<String> parameters,
            @org.jspecify.annotations.Nullable Class<?> body) {}
}
