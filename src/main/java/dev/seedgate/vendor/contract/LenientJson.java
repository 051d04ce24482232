package dev.seedgate.vendor.contract;

import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Lenient reader of the JSON object in a body that may not be quite JSON: with a byte order mark,
 * something in front or behind, a NaN, a comma too many, broken off. In one pass that takes time in
 * proportion to the text; what is kept of it is small however much came: of unknown fields only
 * short values, of known ones a bounded number.
 */
record LenientJson(@Nullable ObjectNode root, State state) {

    /** How far the object could be read. */
    enum State {
        /** To its end. */
        COMPLETE,
        /** To where it stops being JSON. */
        MALFORMED,
        /** To where the text ends. */
        TRUNCATED
    }

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(
                            JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS,
                            JsonReadFeature.ALLOW_TRAILING_COMMA,
                            JsonReadFeature.ALLOW_MISSING_VALUES,
                            JsonReadFeature.ALLOW_SINGLE_QUOTES,
                            JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES,
                            JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS,
                            JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER,
                            JsonReadFeature.ALLOW_JAVA_COMMENTS,
                            JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS,
                            JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS,
                            JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS,
                            JsonReadFeature.ALLOW_TRAILING_DECIMAL_POINT_FOR_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    // What is nested deeper is nobody's answer.
                                    .maxNestingDepth(1000)
                                    // As long as the body: a long value must not hide the rest.
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .build())
                    .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Such as {@code )]}',} against script inclusion, a callback's name, a bracket. */
    private static final int MAX_PREFIX = 64;

    private static final int MAX_VALUES = 5000;
    private static final int MAX_CHARACTERS = 1_000_000;
    private static final int MAX_DEPTH = 8;

    /** Longer than any URL that a client could fetch. */
    private static final int MAX_TEXT = 16_384;

    /** Of a field whose text is JSON again. */
    private static final int MAX_WRAPPED = 262_144;

    /** Of a field nobody knows, kept for people who look into the evidence. */
    private static final int MAX_UNKNOWN = 300;

    private static final Set<String> WRAPPING_FIELDS = Set.of("data", "response");
    private static final Set<String> TEXT_FIELDS =
            Set.of("message", "error_message", "task_id", "taskId", "status");

    static LenientJson read(String text) {
        return read(text, 0, new Reader(Place.ROOT));
    }

    private static LenientJson read(String text, int wrappings, Reader reader) {
        int start = start(text);
        if (start < 0) {
            return new LenientJson(null, State.COMPLETE);
        }
        if (text.charAt(start) == '"') {
            @Nullable String inside = wrappings > 0 ? null : reader.text(text.substring(start));
            return inside == null
                    ? new LenientJson(null, State.COMPLETE)
                    : read(inside, wrappings + 1, reader);
        }
        @Nullable ObjectNode root = reader.object(text.substring(start));
        if (root != null) {
            unwrap(root, wrappings);
        }
        return new LenientJson(root, reader.state);
    }

    /** Makes {@code data} an object where it is a text that holds one, or an array of one. */
    private static void unwrap(ObjectNode root, int wrappings) {
        @Nullable JsonNode data = root.get("data");
        if (data != null && data.isString() && wrappings == 0) {
            @Nullable ObjectNode inside = read(data.asString(), 1, new Reader(Place.DATA)).root();
            if (inside != null) {
                root.set("data", inside);
            }
        } else if (data != null && data.isArray() && data.path(0).isObject()) {
            root.set("data", data.path(0));
        }
    }

    /** Where the object begins, or a text that may hold it; -1 for none. */
    private static int start(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (!isBlank(c)) {
                if (c == '"') {
                    return at;
                }
                int brace = c == '<' ? -1 : text.indexOf('{', at);
                return brace - at > MAX_PREFIX ? -1 : brace;
            }
        }
        return -1;
    }

    static boolean isBlank(char c) {
        return c <= ' ' || c == '\ufeff' || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private enum Place {
        ROOT,
        DATA,
        INSIDE;

        /** Where a container of this name is kept; null = nowhere. */
        @Nullable Place of(String name) {
            return switch (this) {
                case ROOT -> name.equals("data") ? DATA : DATA.of(name) == null ? null : INSIDE;
                case DATA ->
                        name.equals("request") || ClipUrls.FIELD_NAMES.contains(name)
                                ? INSIDE
                                : null;
                case INSIDE -> INSIDE;
            };
        }
    }

    /** One pass over one text. */
    private static final class Reader {

        private final Place top;
        private int values = MAX_VALUES;
        private int characters = MAX_CHARACTERS;
        private State state = State.COMPLETE;

        Reader(Place top) {
            this.top = top;
        }

        @Nullable String text(String json) {
            try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
                return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
            } catch (JacksonException e) {
                return null;
            }
        }

        @Nullable ObjectNode object(String json) {
            ObjectNode object = NODES.objectNode();
            try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
                parser.nextToken();
                fill(object, parser, top, 0);
            } catch (UnexpectedEndOfInputException e) {
                state = State.TRUNCATED;
            } catch (JacksonException e) {
                state = State.MALFORMED;
            }
            return state != State.COMPLETE && object.isEmpty() ? null : object;
        }

        private void fill(ObjectNode object, JsonParser parser, Place place, int depth) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                @Nullable Place inside = place.of(name);
                if (token.isStructStart()) {
                    // Set before it is filled: what is inside counts also when its end is missing.
                    @Nullable JsonNode container = container(parser, inside, depth);
                    if (container != null) {
                        object.set(name, container);
                        fill(container, parser, inside == null ? place : inside, depth + 1);
                    }
                } else {
                    @Nullable JsonNode value = scalar(token, parser, maxLength(name, inside));
                    boolean overwrites = value != null && value.isNull() && object.has(name);
                    if (value != null && !overwrites) {
                        object.set(name, value);
                    }
                }
            }
        }

        private void fill(ArrayNode array, JsonParser parser, Place place, int depth) {
            for (JsonToken token = parser.nextToken();
                    token != JsonToken.END_ARRAY;
                    token = parser.nextToken()) {
                if (token.isStructStart()) {
                    @Nullable JsonNode container = container(parser, place, depth);
                    if (container != null) {
                        array.add(container);
                        fill(container, parser, place, depth + 1);
                    }
                } else {
                    @Nullable JsonNode value = scalar(token, parser, MAX_TEXT);
                    if (value != null) {
                        array.add(value);
                    }
                }
            }
        }

        private void fill(JsonNode container, JsonParser parser, Place place, int depth) {
            if (container instanceof ObjectNode object) {
                fill(object, parser, place, depth);
            } else if (container instanceof ArrayNode array) {
                fill(array, parser, place, depth);
            }
        }

        /** An empty one to be filled, or null when it is not kept, and skipped. */
        private @Nullable JsonNode container(JsonParser parser, @Nullable Place place, int depth) {
            if (place == null || depth >= MAX_DEPTH || values <= 0) {
                parser.skipChildren();
                return null;
            }
            values--;
            return parser.currentToken() == JsonToken.START_OBJECT
                    ? NODES.objectNode()
                    : NODES.arrayNode();
        }

        private static int maxLength(String name, @Nullable Place inside) {
            if (WRAPPING_FIELDS.contains(name)) {
                return MAX_WRAPPED;
            }
            return inside != null || TEXT_FIELDS.contains(name) ? MAX_TEXT : MAX_UNKNOWN;
        }

        /** Null when it is too much. */
        private @Nullable JsonNode scalar(JsonToken token, JsonParser parser, int maxLength) {
            int length = parser.getStringLength();
            if (values <= 0 || length > maxLength || length > characters) {
                return null;
            }
            values--;
            characters -= length;
            return switch (token) {
                case VALUE_STRING -> NODES.stringNode(parser.getString());
                case VALUE_TRUE -> NODES.booleanNode(true);
                case VALUE_FALSE -> NODES.booleanNode(false);
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(token, parser.getString());
                default -> NODES.nullNode();
            };
        }

        /** As text where it is none, or so long that reckoning with it would take its time. */
        private static JsonNode number(JsonToken token, String text) {
            if (token == JsonToken.VALUE_NUMBER_INT && text.length() <= 18) {
                return NODES.numberNode(Long.parseLong(text));
            }
            try {
                return text.length() <= 40
                        ? NODES.numberNode(new BigDecimal(text))
                        : NODES.stringNode(text);
            } catch (NumberFormatException e) {
                return NODES.stringNode(text);
            }
        }
    }
}
