package dev.seedgate.platform.values;

/** Size of a page that one call may ask for: 1 to 200 items; more is {@code INVALID_REQUEST}. */
public final class PageSize {

    public static final int LARGEST = 200;

    private PageSize() {}

    public static int checked(int limit) {
        if (limit < 1 || limit > LARGEST) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "limit must be 1 to 200.");
        }
        return limit;
    }
}
