package dev.seedgate.vendor.contract;

import org.jspecify.annotations.Nullable;

/** Class of the answer to a look-up of an upstream id that an operator names. */
public sealed interface TaskLookup {

    String evidence();

    /**
     * It has such a task. What it was ordered with is null where the vendor does not tell.
     *
     * @param duration seconds, as the vendor writes them
     */
    record Known(
            @Nullable String prompt,
            @Nullable String duration,
            @Nullable Boolean sound,
            String evidence)
            implements TaskLookup {

        /** Whether everything the vendor tells of it agrees with this clip's order. */
        public boolean isConsistentWith(ClipRequest clip) {
            return (prompt == null || prompt.strip().equals(clip.prompt()))
                    && (duration == null || duration.equals(String.valueOf(clip.durationSeconds())))
                    && (sound == null || sound.equals(clip.sound()));
        }
    }

    /** It says that it has no such task. */
    record Unknown(String evidence) implements TaskLookup {}

    /** No answer that says anything. */
    record Unanswered(String evidence) implements TaskLookup {}
}
