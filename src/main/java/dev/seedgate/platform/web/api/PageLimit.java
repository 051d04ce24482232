package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.PageSize;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The API's description of the parameter {@code limit}, the items of one page. Its bounds are those
 * of {@link PageSize}, which refuses what is beyond them.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
        schema =
                @Schema(
                        type = "integer",
                        format = "int32",
                        minimum = "1",
                        maximum = "" + PageSize.LARGEST,
                        defaultValue = PageLimit.DEFAULT))
public @interface PageLimit {

    /** The items of a page whose size the caller does not name. */
    String DEFAULT = "50";
}
