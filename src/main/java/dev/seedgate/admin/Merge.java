package dev.seedgate.admin;

import static org.springframework.jdbc.support.JdbcUtils.convertPropertyNameToUnderscoreName;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import jakarta.validation.Validator;
import java.util.Objects;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Merges a partial change into what stands (RFC 7386): absent stays, null takes away. */
@Component
class Merge {

    private final JsonMapper json;
    private final Validator validator;

    Merge(JsonMapper json, Validator validator) {
        this.json = json;
        this.validator = validator;
    }

    /** The present value with the patch over it; {@code INVALID_REQUEST} names what is wrong. */
    <T extends Record> T merged(T present, ObjectNode patch) {
        ObjectNode whole = json.valueToTree(present);
        whole.setAll(patch);
        T merged = read(whole, present);
        validator.validate(merged).stream()
                .findFirst()
                .ifPresent(it -> {
                    String field =
                            convertPropertyNameToUnderscoreName(it.getPropertyPath().toString());
                    throw new GatewayException(
                            ErrorCode.INVALID_REQUEST, field + " " + it.getMessage() + ".");
                });
        return merged;
    }

    @SuppressWarnings("unchecked") // the class of a T
    private <T extends Record> T read(ObjectNode whole, T present) {
        try {
            return (T) json.treeToValue(whole, present.getClass());
        } catch (JacksonException e) {
            String field =
                    e.getPath().isEmpty()
                            ? "The body"
                            : Objects.toString(
                                    e.getPath().getFirst().getPropertyName(), "The body");
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, field + " has the wrong type or form.");
        }
    }
}
