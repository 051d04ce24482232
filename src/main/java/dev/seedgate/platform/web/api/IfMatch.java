package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Version that a change is meant for, as the header {@code If-Match} names it (RFC 9110).
 *
 * @param header null where the caller takes any version
 */
public record IfMatch(@Nullable String header) {

    /** Throws {@code VERSION_CONFLICT} when the thing has been changed since. */
    public void check(long version) {
        if (header == null || header.isBlank()) {
            return;
        }
        String tag = tag(version);
        boolean matches =
                Arrays.stream(header.split(","))
                        .map(String::strip)
                        .anyMatch(it -> it.equals("*") || it.equals(tag));
        if (!matches) {
            throw new ApiException(
                    ErrorCode.VERSION_CONFLICT,
                    "It has been changed meanwhile and is now version %s. Read it again, then decide."
                            .formatted(tag));
        }
    }

    /** The entity tag of a version. */
    public static String tag(long version) {
        return "\"" + version + "\"";
    }
}
