package dev.seedgate.upstream;

import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer's {@code {"code":n,"message":s,"data":{…}}}, trusting nothing: the body may as well be
 * a proxy's HTML.
 *
 * @param root the JSON object, or null when the body is none
 * @param status the HTTP status, or the envelope's code where a 2xx carries another
 */
record Envelope(@Nullable JsonNode root, int status) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern CODE = Pattern.compile("\\d{1,9}");

    static Envelope of(Reply.Answered answer) {
        @Nullable JsonNode root = parse(answer.body());
        OptionalInt code = code(root);
        int status = answer.status();
        boolean overruled = status / 100 == 2 && code.isPresent() && code.getAsInt() / 100 != 2;
        return new Envelope(root, overruled ? code.getAsInt() : status);
    }

    /** Whether it is an object with a numeric code: what the vendor's own application says. */
    boolean isGenuine() {
        return code(root).isPresent();
    }

    boolean isJson() {
        return root != null;
    }

    /** A field of {@code data}, or null when there is none or it is JSON's null. */
    @Nullable JsonNode data(String field) {
        if (root == null) {
            return null;
        }
        @Nullable JsonNode value = root.path("data").get(field);
        return value == null || value.isNull() ? null : value;
    }

    /** The message, empty when there is none. */
    String message() {
        return root == null ? "" : root.path("message").asString("");
    }

    static @Nullable JsonNode parse(String body) {
        try {
            @Nullable JsonNode node = JSON.readTree(body);
            return node != null && node.isObject() ? node : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static OptionalInt code(@Nullable JsonNode root) {
        @Nullable JsonNode code = root == null ? null : root.get("code");
        if (code == null || !(code.isString() || code.isIntegralNumber())) {
            return OptionalInt.empty();
        }
        String text = code.asString().strip();
        return CODE.matcher(text).matches()
                ? OptionalInt.of(Integer.parseInt(text))
                : OptionalInt.empty();
    }
}
