package dev.seedgate.admin;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;

/** How much of a list one call may ask for; the same as in the team API. */
final class PageSize {

    static final int LARGEST = 200;

    private PageSize() {}

    static int checked(int limit) {
        if (limit < 1 || limit > LARGEST) {
            throw new GatewayException(ErrorCode.INVALID_REQUEST, "limit must be 1 to 200.");
        }
        return limit;
    }
}
