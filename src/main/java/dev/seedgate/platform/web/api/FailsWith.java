package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ErrorCode;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Errors that are particular to a call, for the API's description. Those that every call can have,
 * like {@code INVALID_API_KEY}, are added to all.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface FailsWith {

    /** Each with the HTTP status it comes with. */
    ErrorCode[] value();
}
