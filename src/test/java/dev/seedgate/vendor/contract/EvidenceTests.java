package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EvidenceTests {

    private final Evidence evidence = new Evidence("GET /api/status", Instant.EPOCH, "the key", "");

    @Test
    void foldsEveryInvisibleCharacterAndNoOther() {
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            String text = "a" + Character.toString(character) + "b";
            String expected = isInvisible(character) ? "a b" : text;
            if (!evidence.cleanMessage(text).equals(expected)) {
                assertThat(evidence.cleanMessage(text)).as("U+%04X", character).isEqualTo(expected);
            }
        }
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    true;
            default -> character == ' ';
        };
    }
}
