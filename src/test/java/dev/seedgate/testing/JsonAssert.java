package dev.seedgate.testing;

import java.util.Arrays;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions of the fields of a JSON object; whatever fails shows all of it. A field is named, or
 * pointed to: {@code /total/net}.
 */
public final class JsonAssert extends AbstractAssert<JsonAssert, JsonNode> {

    JsonAssert(@Nullable JsonNode json) {
        super(json, JsonAssert.class);
    }

    public JsonAssert has(String field, @Nullable String text) {
        JsonNode value = field(field);
        return check(
                value.isString() && value.stringValue().equals(text), field, String.valueOf(text));
    }

    /** It has this whole number; a text or a fraction of the same value is none. */
    public JsonAssert has(String field, long number) {
        return check(isNumber(field(field), number), field, number);
    }

    public JsonAssert has(String field, boolean value) {
        return check(field(field).isBoolean() && field(field).asBoolean() == value, field, value);
    }

    public JsonAssert has(String field, @Nullable JsonNode value) {
        return check(field(field).equals(value), field, String.valueOf(value));
    }

    /** It has this field, and its value is null. */
    public JsonAssert hasNull(String field) {
        return check(field(field).isNull(), field, "null");
    }

    /** It has this field, and its value is not null. */
    public JsonAssert hasValue(String field) {
        JsonNode value = field(field);
        return check(!value.isNull() && !value.isMissingNode(), field, "something");
    }

    /** It has a text in this field, which says all of these. */
    public JsonAssert mentions(String field, String... parts) {
        JsonNode value = field(field);
        boolean said =
                value.isString() && Arrays.stream(parts).allMatch(value.stringValue()::contains);
        return check(said, field, Arrays.toString(parts));
    }

    public JsonAssert isEmpty() {
        return hasSize(0);
    }

    /** So many elements, or fields. */
    public JsonAssert hasSize(int size) {
        isNotNull();
        if (actual.size() != size) {
            failWithMessage("Expected %d elements, but it is:%n  %s", size, actual);
        }
        return this;
    }

    private JsonNode field(String name) {
        isNotNull();
        return name.startsWith("/") ? actual.at(name) : actual.path(name);
    }

    static boolean isNumber(@Nullable JsonNode value, long number) {
        return value != null && value.isIntegralNumber() && value.longValue() == number;
    }

    private JsonAssert check(boolean is, String field, Object expected) {
        if (!is) {
            failWithMessage("Expected %s = %s, but it is:%n  %s", field, expected, actual);
        }
        return this;
    }
}
