package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Right of a team's key. */
public enum Scope {
    /** Create, cancel, quote. */
    @JsonProperty("generate")
    GENERATE,
    /** Every read. */
    @JsonProperty("status")
    STATUS;

    /** The name as clients and the database write it. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Scope of(String text) {
        return valueOf(text.toUpperCase(java.util.Locale.ROOT));
    }
}
