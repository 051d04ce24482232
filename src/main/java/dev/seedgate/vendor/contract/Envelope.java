package dev.seedgate.vendor.contract;

import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Envelope of an answer, {@code {"code":n,"message":s,"data":{…}}}, read without trust: the body
 * may as well be a proxy's HTML.
 *
 * @param json the JSON object, as far as there is one
 * @param status the HTTP status, or the envelope's code where a 2xx carries another
 */
public record Envelope(LenientJson json, int status) {

    private static final Pattern CODE = Pattern.compile("\\d{1,9}");

    public static Envelope of(TransportResult.Response response) {
        LenientJson json = response.content().json();
        OptionalInt code = code(json);
        int status = response.status();
        boolean overridden =
                status / 100 == 2 && code.isPresent() && isErrorStatus(code.getAsInt());
        return new Envelope(json, overridden ? code.getAsInt() : status);
    }

    /** Other numbers (0, 1, 20000) are a success in many an API; what is inside decides. */
    private static boolean isErrorStatus(int code) {
        return code >= 100 && code < 600 && code / 100 != 2;
    }

    /** Whether it is an object with a numeric code: what the vendor's own application says. */
    public boolean hasCode() {
        return code(json).isPresent();
    }

    public boolean isJson() {
        return isComplete() && json.root() != null;
    }

    /** Whether nothing is missing at the end of the object. */
    boolean isComplete() {
        return json.state() == LenientJson.State.COMPLETE;
    }

    /** Whether the text ended before the object did: asked again, the vendor may say more. */
    boolean isTruncated() {
        return json.state() == LenientJson.State.TRUNCATED;
    }

    /** What is said of the task: {@code data}; the object itself where there is no data. */
    @Nullable JsonNode task() {
        @Nullable JsonNode root = json.root();
        @Nullable JsonNode data = root == null ? null : root.get("data");
        return data == null || data.isNull() ? root : data;
    }

    /** Whether {@link #task} is the object itself. */
    boolean lacksData() {
        return json.root() != null && field(json.root(), "data") == null;
    }

    /** A field of {@code data}, or null when there is none or it is JSON's null. */
    @Nullable JsonNode data(String field) {
        return lacksData() ? null : field(task(), field);
    }

    /** The task's id without white space around it, or null where none stands in the answer. */
    @Nullable String taskId() {
        @Nullable String id = text(task(), "task_id", "taskId");
        return id == null ? text(json.root(), "task_id", "taskId") : id;
    }

    private static @Nullable String text(@Nullable JsonNode node, String... names) {
        for (String name : names) {
            @Nullable JsonNode value = field(node, name);
            if (value != null && value.isString()) {
                return value.asString().strip();
            }
        }
        return null;
    }

    static @Nullable JsonNode field(@Nullable JsonNode node, String field) {
        @Nullable JsonNode value = node == null ? null : node.get(field);
        return value == null || value.isNull() ? null : value;
    }

    /** The message, empty when there is none. */
    String message() {
        @Nullable JsonNode root = json.root();
        return root == null ? "" : root.path("message").asString("");
    }

    private static OptionalInt code(LenientJson json) {
        @Nullable JsonNode root = json.state() == LenientJson.State.COMPLETE ? json.root() : null;
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
