package dev.seedgate.credit.ledger;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answer with a team's account, in credits. */
record Credits(
        @Nullable Long quota,
        long used,
        @JsonProperty("top_ups") long topUps,
        @Nullable Long remaining,
        @JsonProperty("renews_at") Instant renewsAt,
        @JsonProperty("in_flight") int inFlight) {

    /** Of a balance, with what can still be charged. */
    public static Credits of(Balance balance) {
        return new Credits(
                balance.quota(),
                balance.used(),
                balance.topUps(),
                balance.remaining(),
                balance.renewsAt(),
                balance.inFlight());
    }
}
