package dev.seedgate.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/** JSON objects as texts, for the bodies of requests. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    /**
     * An object of these names and values in turn, in this order. A value may be null, a text, a
     * number, a boolean, a list, a map, or {@link #raw}.
     */
    public static String of(@Nullable Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return MAPPER.writeValueAsString(fields);
    }

    /** A value that is already JSON, good or bad. */
    public static Object raw(String json) {
        return new RawValue(json);
    }
}
