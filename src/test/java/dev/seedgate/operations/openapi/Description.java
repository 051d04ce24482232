package dev.seedgate.operations.openapi;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The API's description as it is served, and what it says of an answer. */
record Description(JsonNode tree, Map<JsonNode, Schema> validators) {

    private static final Set<String> VERBS = Set.of("get", "post", "put", "patch", "delete");

    static Description of(Gateway gateway) {
        Answer answer = gateway.call("GET", "/v3/api-docs", null, null);
        assertThat(answer).hasStatus(200);
        return new Description(answer.json(), new IdentityHashMap<>());
    }

    /** Each described call as {@code GET /path}. */
    Set<String> calls() {
        Set<String> calls = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : tree.get("paths").properties()) {
            for (String verb : path.getValue().propertyNames()) {
                if (VERBS.contains(verb)) {
                    calls.add(verb.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }
            }
        }
        return calls;
    }

    JsonNode call(String name) {
        String[] words = name.split(" ", 2);
        return tree.get("paths").path(words[1]).path(words[0].toLowerCase(java.util.Locale.ROOT));
    }

    /** What is wrong with this request's body. */
    Iterable<?> faultsOfBody(String call, JsonNode body) {
        return faults(call(call).at("/requestBody/content/application~1json/schema"), body, false);
    }

    /** That status, headers, type and body of this answer are as described, to the last field. */
    void holdsFor(String call, Answer answer) {
        JsonNode response = call(call).path("responses").path(String.valueOf(answer.status()));
        assertThat(response.isObject()).as(call + " describes " + answer).isTrue();
        for (String header : response.path("headers").propertyNames()) {
            assertThat(tree.at("/components/headers/" + header).isObject()).as(header).isTrue();
        }
        assertThat(answer.header("X-Request-Id")).isNotNull();
        for (String known : tree.at("/components/headers").propertyNames()) {
            if (answer.header(known) != null) {
                assertThat(response.path("headers").propertyNames()).as(call).contains(known);
            }
        }
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            assertThat(answer.body()).as(call).isEmpty();
            return;
        }
        String type = String.valueOf(answer.header("Content-Type")).split(";", 2)[0];
        assertThat(content.propertyNames()).as(call).contains(type);
        if (!type.endsWith("json")) {
            return;
        }
        assertThat(faults(content.get(type).get("schema"), answer.json(), true))
                .as(call + " " + answer)
                .isEmpty();
    }

    /** What is said of a field, at itself or where it refers to. */
    String sentence(JsonNode form) {
        String own = form.path("description").asString("");
        String pointer = form.path("$ref").asString("#").substring(1);
        return own.isEmpty() && !pointer.isEmpty()
                ? tree.at(pointer).path("description").asString("")
                : own;
    }

    /** Whether this is an object, or a list of objects, whose fields are described themselves. */
    boolean isMadeOfFields(JsonNode form) {
        JsonNode items = form.path("items");
        return form.has("$ref")
                || form.has("oneOf")
                || items.has("$ref")
                || items.path("type").asString("").equals("object");
    }

    /** With {@code strict}, a field that is not described is a fault too. */
    Iterable<?> faults(JsonNode schema, JsonNode value, boolean strict) {
        assertThat(schema.isObject()).as("there is a schema").isTrue();
        Schema validator =
                strict
                        ? validators.computeIfAbsent(schema, it -> validator(it, true))
                        : validator(schema, false);
        return validator.validate(
                value, run -> run.executionConfig(it -> it.formatAssertionsEnabled(true)));
    }

    private Schema validator(JsonNode schema, boolean strict) {
        ObjectNode whole = (ObjectNode) schema.deepCopy();
        whole.set("components", tree.get("components").deepCopy());
        if (strict) {
            close(whole);
        }
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole);
    }

    /** Forbids what is not described, at every depth; the parts of an allOf see only their own. */
    private static void close(JsonNode schema) {
        for (Map.Entry<String, JsonNode> part : schema.properties()) {
            if (!part.getKey().equals("allOf")) {
                close(part.getValue());
            }
        }
        if (schema instanceof ObjectNode object && schema.path("properties").isObject()) {
            object.put("unevaluatedProperties", false);
        }
    }
}
