package dev.seedgate.task.lifecycle;

import dev.seedgate.credit.ledger.ClipPrice;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.vendor.contract.ClipRequest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An order: a create's cleaned clip, its project, and the idempotency key if one was sent.
 *
 * @param requestId of the HTTP request, to find it in logs
 * @param callbackUrl to be told of the task's end, if one was given
 */
public record Order(
        ClipRequest clip,
        @Nullable String project,
        @Nullable String idempotencyKey,
        String requestId,
        @Nullable String callbackUrl) {

    public ClipPrice preset() {
        return ClipPrice.of(clip.durationSeconds(), clip.sound());
    }

    /**
     * What makes two orders with one idempotency key the same: the cleaned request and the project.
     */
    public byte[] fingerprint() {
        StringBuilder text = new StringBuilder();
        append(text, clip.prompt());
        append(text, clip.aspectRatio());
        append(text, String.valueOf(clip.durationSeconds()));
        append(text, String.valueOf(clip.sound()));
        append(text, project == null ? "" : project);
        clip.imageUrls().forEach(url -> append(text, url));
        return Sha256.of(text.toString());
    }

    /** With its length, so that no two different lists of fields make one text. */
    private static void append(StringBuilder text, String field) {
        text.append(HexFormat.of().toHexDigits(field.length())).append(field);
    }
}
