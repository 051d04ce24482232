package dev.seedgate.platform.web.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;

/** Envelope of a successful answer, in the vendor's form. */
@JsonPropertyOrder({"code", "message", "data"})
public record Envelope<T>(
        @Schema(description = "Always 200.", example = "200") int code,
        @Schema(allowableValues = "success") String message,
        T data) {

    public static <T> Envelope<T> success(T data) {
        return new Envelope<>(200, "success", data);
    }
}
