package dev.seedgate.operations.startup;

import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** The line for a setting that can't be read or is out of its range: the variable's name first. */
final class SettingMessages {

    private SettingMessages() {}

    static String explain(BindException e) {
        ConfigurationProperty property = e.getProperty();
        String value = property == null ? "" : shown(name(e), property.getValue());
        return name(e) + value + ": " + expected(e) + ".";
    }

    static String explain(InvalidConfigurationPropertyValueException e) {
        return variable(e.getName())
                + shown(e.getName(), e.getValue())
                + ": "
                + e.getReason()
                + ".";
    }

    static String explain(BindValidationException e) {
        ValidationErrors errors = e.getValidationErrors();
        return StreamSupport.stream(errors.spliterator(), false)
                        .map(error -> explain(errors, error))
                        .sorted()
                        .collect(Collectors.joining("; "))
                + ".";
    }

    private static String explain(ValidationErrors errors, ObjectError error) {
        String prefix = errors.getName().toString();
        return error instanceof FieldError field
                ? variable(prefix + "." + dashed(field.getField()))
                        + shown(field.getField(), field.getRejectedValue())
                        + " "
                        + field.getDefaultMessage()
                : variable(prefix) + " " + error.getDefaultMessage();
    }

    private static String name(BindException e) {
        ConfigurationProperty property = e.getProperty();
        return property != null && property.getOrigin() instanceof SystemEnvironmentOrigin origin
                ? origin.getProperty()
                : variable(e.getName().toString());
    }

    /** For example {@code SEEDGATE_POLL_FIRST_AFTER} for {@code seedgate.poll.first-after}. */
    private static String variable(String property) {
        return property.replaceAll("[.\\-\\[]+", "_").replace("]", "").toUpperCase(Locale.ROOT);
    }

    private static String dashed(String field) {
        return field.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String shown(String name, @Nullable Object value) {
        boolean secret = name.toLowerCase(Locale.ROOT).matches(".*(key|password|secret|token).*");
        return value == null || secret ? "" : "=" + value;
    }

    private static String expected(BindException e) {
        Class<?> type =
                ClassUtils.resolvePrimitiveIfNecessary(
                        e.getTarget().getType().resolve(Object.class));
        if (type == Duration.class) {
            return "give a duration such as 500ms, 5s, 15m or 2h";
        } else if (type == DataSize.class) {
            return "give a size such as 64KB";
        } else if (type == Boolean.class) {
            return "give true or false";
        } else if (type == Integer.class || type == Long.class || type == Short.class) {
            return "give a whole number of at most " + largest(type);
        } else if (type == URI.class || type == URL.class) {
            return "give a URL such as https://example.org";
        } else if (ZoneId.class.isAssignableFrom(type)) {
            return "give a time zone such as UTC or Europe/Berlin";
        } else if (type.isEnum()) {
            return "give one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        }
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage());
    }

    private static long largest(Class<?> type) {
        return type == Integer.class
                ? Integer.MAX_VALUE
                : type == Long.class ? Long.MAX_VALUE : Short.MAX_VALUE;
    }
}
