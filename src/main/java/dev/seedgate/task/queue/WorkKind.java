package dev.seedgate.task.queue;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** A kind of due work: what happens to the task when its row is due. */
public enum WorkKind {
    /** It is sent to the vendor. */
    SUBMIT("submit"),
    /**
     * It is being sent; due when the sender must be dead. The word is the one that the version
     * before reads during a rolling update, and that admins and metrics are shown.
     */
    SUBMITTING("sent"),
    /** The vendor is asked what became of it. */
    POLL("poll"),
    /** Its charge is given back, because nobody learned what became of it. */
    REFUND("refund");

    private final String word;

    WorkKind(String word) {
        this.word = word;
    }

    /** The kind of this word in the table. */
    static WorkKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind of work: " + word));
    }

    /** Its word in the table. */
    @JsonValue
    String word() {
        return word;
    }
}
