package dev.seedgate.operations.openapi;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes requests out of the description: some valid, most nearly so, some hostile. The same seed
 * makes the same ones, but for the ids that were learned from answers.
 */
final class Fuzz {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Of values learned under one name; older ones go. */
    private static final int LEARNED = 8;

    private static final List<String> HOSTILE =
            List.of(
                    "",
                    " ",
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1.5",
                    "1e400",
                    "NaN",
                    "9223372036854775807",
                    "9223372036854775808",
                    "1".repeat(400),
                    "a".repeat(256),
                    "a".repeat(1001),
                    "'; drop table task; --",
                    "../../etc/passwd",
                    "%00",
                    "%",
                    "%zz",
                    "\u0000",
                    "a\u0000b",
                    "\r\nX-Evil: 1",
                    "\t\n",
                    "\u007f\u0085\u2028",
                    "\ud800",
                    "\udc00\ud800",
                    "\u202eabc",
                    "e\u0301\u0300",
                    "𝕏🛶",
                    "ＡＢＣ１２３",
                    "İıſK",
                    "${jndi:ldap://localhost/x}",
                    "<script>alert(1)</script>",
                    "{\"a\":1}",
                    "[]",
                    "a,b,,c",
                    "a;b=c",
                    "*",
                    "\"0\"",
                    "W/\"0\"",
                    "0000-00-00",
                    "2026-02-30",
                    "2026-13",
                    "0000-01",
                    "+10000-01-01",
                    "-999999999-01-01",
                    "9999-12-31",
                    "9999-12-31T23:59:59.999999999Z",
                    "2026-01-01T00:00:00+18:00",
                    "2026-01-01T00:00:00",
                    "PT1H",
                    "P9999999999D",
                    "PT-1S",
                    "sd15p_aaaaaaaaaaaaaaaaaaaa",
                    "https://example.com/a.png",
                    "http://[::1]:99999/",
                    "//example.com",
                    "javascript:alert(1)");

    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "-1",
                    "1",
                    "5",
                    "10",
                    "5.0",
                    "0.5",
                    "201",
                    "2147483647",
                    "2147483648",
                    "9007199254740993",
                    "9223372036854775807",
                    "9223372036854775808",
                    "-9223372036854775809",
                    "1000000000001",
                    "1E+400",
                    "1E-400",
                    "1E+999999999");

    private static final List<String> BODIES =
            List.of(
                    "",
                    " ",
                    "null",
                    "[]",
                    "{}",
                    "1",
                    "\"x\"",
                    "{",
                    "{\"a\":1,\"a\":2}",
                    "{\"\":\"\"}",
                    "{'a':1}",
                    "{\"a\":NaN}",
                    "{\"a\":01}",
                    "\ufeff{}",
                    "{}{}",
                    "{\"a\":\"\\ud800\"}",
                    "{\"a\":\"\\u0000\"}",
                    "[".repeat(10_000),
                    "{\"a\":".repeat(51) + "1" + "}".repeat(51),
                    " ".repeat(70_000),
                    "{\"prompt\":\"" + "a".repeat(60_000) + "\"}",
                    "[" + "1,".repeat(11_000) + "1]",
                    "{\"a\":" + "9".repeat(200) + "}",
                    "a=1&b=2",
                    "<a/>");

    private static final List<String> TYPES =
            List.of(
                    "application/json",
                    "application/json;charset=UTF-8",
                    "application/json;charset=utf-16",
                    "application/json;charset=nonsense",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=x",
                    "text/plain",
                    "application/vnd.api+json",
                    "nonsense",
                    "*/*",
                    ";");

    private static final List<String> ACCEPTS =
            List.of(
                    "*/*",
                    "application/json",
                    "text/csv",
                    "application/problem+json",
                    "image/png",
                    "application/json;q=0, text/csv",
                    "nonsense",
                    "text/html, */*;q=0.1");

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW");

    private final Description description;
    private final List<String> calls;
    private final Random random;
    private final Map<String, List<String>> learned = new HashMap<>();

    Fuzz(Description description, long seed) {
        this.description = description;
        calls = List.copyOf(description.calls());
        random = new Random(seed);
    }

    /**
     * A request.
     *
     * @param template as it is described, with its names in braces
     * @param tame whether the path is surely one of the template
     * @param body its bytes, each as a character
     */
    record Shot(
            String method,
            String template,
            String path,
            boolean tame,
            Map<String, String> headers,
            @Nullable String body) {

        /** As a line to paste; a body that is too long for one is named by its length. */
        String curl(int port) {
            StringBuilder line = new StringBuilder("curl -i -X " + method);
            headers.forEach(
                    (name, value) -> line.append(" -H ").append(quoted(name + ": " + value)));
            if (body != null) {
                line.append(" --data-binary ")
                        .append(
                                body.length() > 5000
                                        ? "<"
                                                + body.length()
                                                + " bytes, from "
                                                + quoted(body.substring(0, 50))
                                                + ">"
                                        : quoted(body));
            }
            return line + " " + quoted("http://127.0.0.1:" + port + path);
        }

        private static String quoted(String text) {
            StringBuilder quoted = new StringBuilder("$'");
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\'' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if (c < ' ' || c > '~') {
                    quoted.append("\\x%02x".formatted((int) c & 0xff));
                } else {
                    quoted.append(c);
                }
            }
            return quoted.append('\'').toString();
        }
    }

    /** Remembers what an answer named, to ask for it again. */
    void learn(String name, String value) {
        List<String> values = learned.computeIfAbsent(name, _ -> new ArrayList<>());
        if (values.size() == LEARNED) {
            values.removeFirst();
        }
        values.add(value);
    }

    /** Remembers every id, cursor and key in an answer. */
    void learnFrom(String template, JsonNode answer) {
        for (Map.Entry<String, JsonNode> field : answer.properties()) {
            JsonNode value = field.getValue();
            if (value.isValueNode()
                    && !value.isNull()
                    && List.of("task_id", "id", "next_cursor", "upstream_task_id", "version", "key")
                            .contains(field.getKey())) {
                learn(pool(template, field.getKey()), value.asString());
            }
            learnFrom(template, value);
        }
        if (answer.isArray()) {
            answer.values().forEach(it -> learnFrom(template, it));
        }
    }

    /** Ids are of keys, of tasks, or of whatever else a call is about. */
    private static String pool(String template, String name) {
        return switch (name) {
            case "id" ->
                    template.contains("/tasks")
                            ? "task_id"
                            : "id of " + template.replaceFirst("/[{]id[}].*", "");
            case "cursor", "next_cursor" -> "cursor of " + template;
            default -> name;
        };
    }

    Shot next(String teamKey, String adminKey) {
        String call = one(calls);
        // Creates are what money hangs on.
        if (chance(0.2)) {
            call = "POST /api/generate";
        }
        JsonNode operation = description.call(call);
        String method = call.split(" ", 2)[0];
        String template = call.split(" ", 2)[1];
        Map<String, String> headers = new HashMap<>();
        StringBuilder query = new StringBuilder();
        String path = template;
        boolean tame = true;
        // A tenth of them is as good as it can be made, so that the way to the inside is found.
        double malice = chance(0.3) ? 0 : 0.3;
        for (JsonNode named : operation.path("parameters")) {
            JsonNode parameter = resolved(named);
            String name = parameter.path("name").asString("");
            String in = parameter.path("in").asString("");
            boolean required = parameter.path("required").asBoolean(false);
            if (!in.equals("path") && !chance(required ? 0.95 : 0.3)) {
                continue;
            }
            String value = text(pool(template, name), resolved(parameter.path("schema")), malice);
            if (in.equals("path")) {
                tame &= value.matches("[A-Za-z0-9_-]+");
                path = path.replace("{" + name + "}", encoded(value));
            } else if (in.equals("query")) {
                query.append('&').append(encoded(name)).append('=').append(encoded(value));
                if (chance(malice / 10)) {
                    query.append('&')
                            .append(encoded(name))
                            .append('=')
                            .append(encoded(one(HOSTILE)));
                }
            } else {
                headers.put(name, headerValue(value));
            }
        }
        if (chance(malice / 10)) {
            query.append('&')
                    .append(encoded(one(HOSTILE)))
                    .append('=')
                    .append(encoded(one(HOSTILE)));
        }
        byte[] body = null;
        JsonNode content = operation.path("requestBody").path("content");
        if (!content.isMissingNode() && !chance(malice / 10)) {
            body = body(content.path("application/json").path("schema"), malice);
            headers.put("Content-Type", chance(malice / 5) ? one(TYPES) : "application/json");
        } else if (chance(malice / 10)) {
            body = one(BODIES).getBytes(StandardCharsets.UTF_8);
            headers.put("Content-Type", one(TYPES));
        }
        boolean admin = template.startsWith("/admin/");
        String key = admin ? adminKey : teamKey;
        if (chance(malice / 10)) {
            key = admin ? teamKey : adminKey;
        } else if (!admin && chance(0.05) && learned.containsKey("key")) {
            key = one(learned.get("key"));
        }
        if (!chance(malice / 50)) {
            headers.put("Authorization", "Bearer " + key);
        } else if (chance(0.5)) {
            headers.put("Authorization", headerValue(one(HOSTILE)));
        }
        if (chance(malice / 5)) {
            headers.put("Accept", one(ACCEPTS));
        }
        if (chance(malice / 20)) {
            headers.put("Content-Encoding", one(List.of("gzip", "identity", "br", "x")));
        }
        if (chance(malice / 20)) {
            headers.put("X-Request-Id", headerValue(one(HOSTILE)));
        }
        if (chance(malice / 10)) {
            method = one(METHODS);
        }
        String whole = query.isEmpty() ? path : path + "?" + query.substring(1);
        String bytes = body == null ? null : new String(body, StandardCharsets.ISO_8859_1);
        return new Shot(method, template, whole, tame, headers, bytes);
    }

    private byte[] body(JsonNode schema, double malice) {
        if (chance(malice / 3)) {
            return one(BODIES).getBytes(StandardCharsets.UTF_8);
        }
        JsonNode value = value("", resolved(schema), malice, 0);
        if (chance(malice) && value instanceof ObjectNode object && !object.isEmpty()) {
            mutate(object);
        }
        byte[] bytes = JSON.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
        if (chance(malice / 10) && bytes.length > 1) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return chance(malice / 20) ? java.util.Arrays.copyOf(bytes, bytes.length / 2) : bytes;
    }

    private void mutate(ObjectNode object) {
        String field = one(List.copyOf(object.propertyNames()));
        switch (random.nextInt(5)) {
            case 0 -> object.remove(field);
            case 1 -> object.putNull(field);
            case 2 -> object.set(field, odd());
            case 3 -> object.set(field.toUpperCase(Locale.ROOT), odd());
            default -> object.set(one(HOSTILE), odd());
        }
    }

    private JsonNode odd() {
        return switch (random.nextInt(7)) {
            case 0 -> NODES.booleanNode(random.nextBoolean());
            case 1 -> number(one(NUMBERS));
            case 2 -> NODES.arrayNode().add(one(HOSTILE)).addNull();
            case 3 -> NODES.objectNode().put(one(HOSTILE), 1);
            case 4 -> NODES.nullNode();
            case 5 -> NODES.stringNode("x".repeat(random.nextInt(3000)));
            default -> NODES.stringNode(one(HOSTILE));
        };
    }

    private JsonNode value(String name, JsonNode schema, double malice, int depth) {
        if (chance(malice / 5) || depth > 5) {
            return odd();
        }
        List<String> types = types(schema);
        if (types.contains("object") || schema.has("properties")) {
            ObjectNode object = NODES.objectNode();
            List<String> required = new ArrayList<>();
            schema.path("required").forEach(it -> required.add(it.asString()));
            for (Map.Entry<String, JsonNode> part : schema.path("properties").properties()) {
                if (chance(required.contains(part.getKey()) ? 0.98 : 0.5)) {
                    JsonNode inner = resolved(part.getValue());
                    object.set(part.getKey(), value(part.getKey(), inner, malice, depth + 1));
                }
            }
            return object;
        } else if (types.contains("array")) {
            ArrayNode array = NODES.arrayNode();
            int size = random.nextInt(chance(malice) ? 7 : 3);
            for (int i = 0; i < size; i++) {
                array.add(value(name, resolved(schema.path("items")), malice, depth + 1));
            }
            return array;
        } else if (types.contains("boolean")) {
            return NODES.booleanNode(random.nextBoolean());
        } else if (types.contains("integer") || types.contains("number")) {
            return number(text(name, schema, malice));
        } else if (types.contains("null") && chance(0.2)) {
            return NODES.nullNode();
        }
        return NODES.stringNode(text(name, schema, malice));
    }

    private static List<String> types(JsonNode schema) {
        List<String> types = new ArrayList<>();
        JsonNode type = schema.path("type");
        if (type.isString()) {
            types.add(type.asString());
        }
        type.values().forEach(it -> types.add(it.asString()));
        return types;
    }

    private static JsonNode number(String text) {
        try {
            BigDecimal number = new BigDecimal(text);
            return number.scale() == 0 && number.precision() < 40
                    ? NODES.numberNode(new BigInteger(text))
                    : NODES.numberNode(number);
        } catch (NumberFormatException e) {
            return NODES.stringNode(text);
        }
    }

    private String text(String name, JsonNode schema, double malice) {
        if (chance(malice)) {
            return one(HOSTILE);
        }
        List<String> known = learned.getOrDefault(name, List.of());
        if (!known.isEmpty() && chance(0.8)) {
            return one(known);
        }
        if (schema.path("enum").size() > 0) {
            return schema.path("enum").get(random.nextInt(schema.path("enum").size())).asString();
        }
        List<String> types = types(schema);
        if (types.contains("integer") || types.contains("number")) {
            long least = schema.path("minimum").asLong(0);
            long most = Math.min(schema.path("maximum").asLong(100_000), least + 100_000);
            return chance(malice) ? one(NUMBERS) : String.valueOf(random.nextLong(least, most + 1));
        }
        return word(name);
    }

    /** What a caller would send under this name. */
    private String word(String name) {
        return switch (name) {
            case "prompt" -> "a paper boat " + random.nextInt(1000);
            case "slug" -> "made-" + random.nextInt(1_000_000);
            case "month" ->
                    "20%02d-%02d".formatted(10 + random.nextInt(17), 1 + random.nextInt(12));
            case "effective_from" -> "21%02d-01-01".formatted(random.nextInt(100));
            case "from", "to", "before" ->
                    "20%02d-%02d-%02d"
                            .formatted(
                                    10 + random.nextInt(17),
                                    1 + random.nextInt(12),
                                    1 + random.nextInt(28));
            case "expires_at" -> "2100-01-01T00:00:00Z";
            case "overlap" -> "PT" + random.nextInt(100) + "M";
            case "currency" -> "EUR";
            case "per_credit" -> "0.0" + random.nextInt(100);
            case "duration" -> chance(0.5) ? "5" : "10";
            case "aspect_ratio" -> one(List.of("16:9", "9:16", "1:1"));
            case "image_urls" -> "https://example.com/" + random.nextInt(100) + ".png";
            case "group_by" ->
                    one(List.of("team", "day", "preset,key", "month,project,cost_center"));
            case "format" -> one(List.of("json", "csv"));
            case "phase", "status" ->
                    one(List.of("QUEUED", "RENDERING", "SUCCEEDED", "FAILED", "SUCCESS"));
            case "scopes" -> one(List.of("generate", "status"));
            case "Idempotency-Key" -> "key-" + random.nextInt(200);
            case "Prefer" -> "wait=" + random.nextInt(100);
            case "If-Match" -> "\"" + random.nextInt(4) + "\"";
            case "task_id" -> "sd15p_aaaaaaaaaaaaaaaaaaaa";
            default -> "w" + random.nextInt(1000);
        };
    }

    /** Follows references and takes one of several alternatives. */
    private JsonNode resolved(JsonNode schema) {
        JsonNode at = schema;
        while (true) {
            if (at.has("$ref")) {
                at = description.tree().at(at.get("$ref").asString().substring(1));
            } else if (at.path("oneOf").size() > 0 || at.path("anyOf").size() > 0) {
                JsonNode several = at.has("oneOf") ? at.get("oneOf") : at.get("anyOf");
                at = several.get(random.nextInt(several.size()));
            } else if (at.path("allOf").size() > 0) {
                ObjectNode merged = NODES.objectNode();
                ObjectNode properties = NODES.objectNode();
                for (JsonNode part : at.get("allOf")) {
                    JsonNode inner = resolved(part);
                    merged.setAll((ObjectNode) inner.deepCopy());
                    inner.path("properties")
                            .properties()
                            .forEach(it -> properties.set(it.getKey(), it.getValue()));
                }
                return merged.set("properties", properties);
            } else {
                return at;
            }
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What a client's library lets through. */
    private static String headerValue(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?").strip();
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
