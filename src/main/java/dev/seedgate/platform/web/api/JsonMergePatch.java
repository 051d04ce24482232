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
        T merged = read(whole, present);
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

    @SuppressWarnings("unchecked") // the class of a T
    private <T extends Record> T read(ObjectNode whole, T present) {
        try {
            return (T) json.treeToValue(whole, present.getClass());
        } catch (JacksonException e) {
            throw JsonMismatch.of(e);
        }
    }
}
