package dev.seedgate.platform.values;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor where the next page starts, or null at the end; opaque to clients
 */
public record Page<T>(List<T> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {

    /**
     * The page that begins with these.
     *
     * @param found one more than the limit where there is a next page
     * @param cursor what names an item as the one before the next page
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, ?> cursor) {
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        return new Page<>(
                found.subList(0, limit), String.valueOf(cursor.apply(found.get(limit - 1))));
    }
}
