package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.IdempotencyKey;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The API's description of the header {@code Idempotency-Key} of a call that moves credits. The
 * parameter is optional to Spring: {@link IdempotencyKey#required} refuses a missing one in the
 * gateway's own words.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
        required = true,
        description = "So that a repeated call does not count twice.",
        schema = @Schema(type = "string", pattern = "^" + IdempotencyKey.FORM + "$"))
public @interface RequiredIdempotencyKey {}
