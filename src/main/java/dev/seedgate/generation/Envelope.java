package dev.seedgate.generation;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** A good answer, in the vendor's form. */
@JsonPropertyOrder({"code", "message", "data"})
record Envelope<T>(int code, String message, T data) {

    static <T> Envelope<T> success(T data) {
        return new Envelope<>(200, "success", data);
    }
}
