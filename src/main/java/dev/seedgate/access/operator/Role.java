package dev.seedgate.access.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Role of an admin; each may do what those before it may. */
public enum Role {
    /** Every read. */
    @JsonProperty("viewer")
    VIEWER,
    /** Cancel, resolve and refund tasks; suspend teams and keys; pause the vendor, stop creates. */
    @JsonProperty("operator")
    OPERATOR,
    /** Everything: teams, limits, keys, credits, prices, statements, other admins. */
    @JsonProperty("admin")
    ADMIN;

    /** Whether it may do all that the other may. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** The name as clients and the database write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Role of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
