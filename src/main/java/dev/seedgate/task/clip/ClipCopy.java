package dev.seedgate.task.clip;

import org.jspecify.annotations.Nullable;

/**
 * The copy of a clip, as it is written down; all but the state is null until it is kept.
 *
 * @param key where it is in the storage
 * @param size in bytes, 0 until it is kept
 * @param sha256 in hexadecimal
 * @param type media type
 */
record ClipCopy(
        CopyState state,
        @Nullable String key,
        long size,
        @Nullable String sha256,
        @Nullable String type) {}
