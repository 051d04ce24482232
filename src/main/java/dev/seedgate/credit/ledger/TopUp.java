package dev.seedgate.credit.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Credits given to a team beyond its quota, or (negative) taken back. They do not expire. */
public record TopUp(
        long id, String team, long credits, @Nullable String reason, Instant createdAt) {}
