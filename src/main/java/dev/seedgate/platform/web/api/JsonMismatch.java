package dev.seedgate.platform.web.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.NearestName;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Error messages for JSON that does not fit: the field and the rule that it breaks. */
final class JsonMismatch {

    private JsonMismatch() {}

    /** The refusal of a body that could not be read into a record. */
    public static ApiException of(JacksonException problem) {
        if (problem instanceof UnrecognizedPropertyException unknown) {
            return invalid(
                    NearestName.hint(
                            "field",
                            unknown.getPropertyName(),
                            Objects.requireNonNullElse(unknown.getKnownPropertyIds(), List.of())
                                    .stream()
                                    .map(String::valueOf)
                                    .toList()));
        }
        if (problem.getPath().isEmpty()) {
            return invalid(
                    problem instanceof MismatchedInputException
                            ? "The body must be a JSON object."
                            : "The body is missing or not valid JSON.");
        }
        String field =
                problem.getPath().stream()
                        .map(part ->
                                Objects.toString(
                                        part.getPropertyName(), "[" + part.getIndex() + "]"))
                        .collect(Collectors.joining("."))
                        .replace(".[", "[");
        return invalid(
                field
                        + " "
                        + declared(problem).map(JsonMismatch::rule).orElse("has the wrong form")
                        + ".");
    }

    /** What a value of this type must be, as the rest of a sentence. */
    public static String rule(Type type) {
        if (type instanceof ParameterizedType list
                && list.getRawType() instanceof Class<?> raw
                && Collection.class.isAssignableFrom(raw)) {
            return "must be a list; each " + rule(list.getActualTypeArguments()[0]);
        }
        if (!(type instanceof Class<?> simple)) {
            return "has the wrong form";
        }
        if (simple.isEnum()) {
            return "must be one of " + names(simple);
        }
        return switch (simple.getSimpleName()) {
            case "Integer", "int" -> "must be a whole number, 2147483647 at most";
            case "Long", "long" -> "must be a whole number";
            case "Boolean", "boolean" -> "must be true or false";
            case "String" -> "must be a text";
            default ->
                    simple == Instant.class
                            ? "must be an instant like 2026-12-31T23:59:59Z"
                            : simple == LocalDate.class
                                    ? "must be a date like 2026-12-31"
                                    : "has the wrong form";
        };
    }

    /** How clients write an enum's constants. */
    private static String names(Class<?> constants) {
        return Arrays.stream(constants.getFields())
                .filter(field -> field.isEnumConstant())
                .map(field -> {
                    JsonProperty name = field.getAnnotation(JsonProperty.class);
                    return name == null ? field.getName() : name.value();
                })
                .collect(Collectors.joining(", "));
    }

    /** The type that the innermost named field was declared with. */
    private static Optional<Type> declared(JacksonException problem) {
        Type type = null;
        for (JacksonException.Reference part : problem.getPath()) {
            type =
                    part.getPropertyName() == null
                            ? element(type)
                            : component(part.from(), part.getPropertyName());
        }
        if (type == null && problem instanceof MismatchedInputException mismatch) {
            type = mismatch.getTargetType();
        }
        return Optional.ofNullable(type);
    }

    private static @Nullable Type element(@Nullable Type list) {
        return list instanceof ParameterizedType typed ? typed.getActualTypeArguments()[0] : null;
    }

    private static @Nullable Type component(@Nullable Object owner, String name) {
        Class<?> type =
                owner instanceof Class<?> known ? known : owner == null ? null : owner.getClass();
        if (type == null || !type.isRecord()) {
            return null;
        }
        return Arrays.stream(type.getRecordComponents())
                .filter(component -> name(component).equals(name))
                .map(RecordComponent::getGenericType)
                .findFirst()
                .orElse(null);
    }

    private static String name(RecordComponent component) {
        JsonProperty name = component.getAccessor().getAnnotation(JsonProperty.class);
        return name == null ? component.getName() : name.value();
    }

    private static ApiException invalid(String message) {
        return new ApiException(ErrorCode.INVALID_REQUEST, message);
    }
}
