package dev.seedgate.platform.web.api;

import java.time.DateTimeException;
import java.util.function.Function;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/**
 * Deserializer of an instant or a date, from a text only: a number would pass for seconds since
 * 1970, and a key would end at a time that nobody meant.
 */
class WrittenTime<T> extends StdScalarDeserializer<T> {

    private final transient Function<String, T> parser;

    WrittenTime(Class<T> type, Function<String, T> parser) {
        super(type);
        this.parser = parser;
    }

    @Override
    @SuppressWarnings("unchecked") // of the type that it was made for
    public T deserialize(JsonParser json, DeserializationContext context) {
        if (!json.hasToken(JsonToken.VALUE_STRING)) {
            return (T) context.handleUnexpectedToken(getValueType(context), json);
        }
        try {
            return parser.apply(json.getString());
        } catch (DateTimeException e) {
            return (T) context.handleWeirdStringValue(handledType(), json.getString(), "not ISO");
        }
    }
}
