package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Cursor of a list that is ordered by id, as clients send it back. */
public final class IdCursor {

    private IdCursor() {}

    /** The id before which or after which the page begins, null for the first page. */
    public static @Nullable Long id(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        // 18 digits fit into a long.
        if (!cursor.matches("[0-9]{1,18}")) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "cursor must be the next_cursor of another page.");
        }
        return Long.valueOf(cursor);
    }
}
