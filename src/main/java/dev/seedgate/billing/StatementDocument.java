package dev.seedgate.billing;

import org.jspecify.annotations.Nullable;

/**
 * A statement as it is answered.
 *
 * @param json its text; of a closed month the frozen one, to the byte
 * @param digest SHA-256 of the text in hexadecimal, null while the month is open
 */
public record StatementDocument(String json, @Nullable String digest) {}
