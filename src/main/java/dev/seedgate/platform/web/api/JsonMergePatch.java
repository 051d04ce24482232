package dev.seedgate.platform.web.api;

import static org.springframework.jdbc.support.JdbcUtils.convertPropertyNameToUnderscoreName;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import jakarta.validation.Validator;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON merge patch (RFC 7386) of a record: an absent field stays, null clears it. */
@Component
public class JsonMergePatch {

    private final JsonMapper json;
    private final Validator validator;

    JsonMergePatch(JsonMapper json, Validator validator) {
        this.json = json;
        this.validator = validator;
    }

    /** The patched record, validated; {@code INVALID_REQUEST} names what is wrong. */
    public <T extends Record> T apply(T present, ObjectNode patch) {
        ObjectNode whole = json.valueToTree(present);
        whole.setAll(patch);
        @SuppressWarnings("unchecked") // the class of a T
        Class<T> type = (Class<T>) present.getClass();
        return create(type, whole);
    }

    /** A record of these fields, validated in the same way. */
    public <T extends Record> T create(Class<T> type, ObjectNode fields) {
        T merged = read(fields, type);
        String broken =
                validator.validate(merged).stream()
                        .map(it ->
                                convertPropertyNameToUnderscoreName(it.getPropertyPath().toString())
                                        + " "
                                        + it.getMessage())
                        .sorted()
                        .collect(Collectors.joining("; "));
        if (!broken.isEmpty()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, broken + ".");
        }
        return merged;
    }

    private <T extends Record> T read(ObjectNode fields, Class<T> type) {
        try {
            return json.treeToValue(fields, type);
        } catch (JacksonException e) {
            throw JsonMismatch.of(e);
        }
    }
}
