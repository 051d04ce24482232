package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.http.RequestEntity;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Parser of a request's JSON object into a tree: the contract wants each field of a wrong type
 * named, which binding to a class can't.
 */
@Component
public class JsonBodyParser {

    private final JsonMapper json;

    JsonBodyParser(JsonMapper json) {
        this.json = json;
    }

    /** The object in the body, or empty when there is no body at all. */
    public Optional<JsonNode> read(RequestEntity<byte[]> request) {
        byte[] body = request.getBody();
        if (body == null || body.length == 0) {
            return Optional.empty();
        }
        JsonNode tree = parse(body);
        if (!tree.isObject()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The body must be a JSON object.");
        }
        return Optional.of(tree);
    }

    /** The body; a missing one is refused. */
    public JsonNode required(RequestEntity<byte[]> request) {
        return read(request)
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.INVALID_REQUEST,
                                "The body is missing; send a JSON object."));
    }

    /** Decoded here, strictly: the parser would guess other encodings. */
    private JsonNode parse(byte[] body) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            return json.readTree(text);
        } catch (CharacterCodingException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The body is not valid UTF-8.");
        } catch (JacksonException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The body is not valid JSON.");
        }
    }
}
