package dev.seedgate.vendor.contract;

import java.util.List;

/**
 * Order of one clip as it is sent to the vendor: already cleaned and priced, so that the priced
 * request is the sent request.
 *
 * @param durationSeconds 5 or 10; on the wire a string
 * @param sound always sent explicitly
 * @param imageUrls reference images, empty for none
 */
public record ClipRequest(
        String prompt,
        String aspectRatio,
        int durationSeconds,
        boolean sound,
        List<String> imageUrls) {}
