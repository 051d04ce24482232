package dev.seedgate.vendor.media;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Failure to get a clip from where the vendor says it is; its message is for operators. */
public final class MediaException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    MediaException(Reason reason, String message) {
        this(reason, message, null);
    }

    MediaException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The text; never null here. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** What a failure means. */
    public enum Reason {
        /** The link is dead, or leads to what is no clip or to where nothing may be fetched. */
        DEAD,
        /** The other end is away or fails; later it may answer. */
        AWAY,
        /** The clip is larger than the setting allows. */
        TOO_LARGE
    }
}
