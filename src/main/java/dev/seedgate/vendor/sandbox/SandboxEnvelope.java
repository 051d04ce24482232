package dev.seedgate.vendor.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * Envelope of every answer of the vendor.
 *
 * @param data missing in errors
 */
@JsonPropertyOrder({"code", "message", "data"})
record SandboxEnvelope(
        int code, String message, @JsonInclude(Include.NON_NULL) @Nullable Object data) {

    static SandboxEnvelope success(Object data) {
        return new SandboxEnvelope(200, "success", data);
    }

    static SandboxEnvelope error(int code, String message) {
        return new SandboxEnvelope(code, message, null);
    }
}
