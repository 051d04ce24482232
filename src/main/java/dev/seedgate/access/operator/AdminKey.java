package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.values.Sha256;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A key of the admin API. Only a hash of its text is kept, like a team's. */
@Entity
@SuppressWarnings("UnusedVariable") // some fields are read by queries only
class AdminKey {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String name;
    private byte[] hash;
    private String hint;
    private String role;
    private @Nullable Instant expiresAt;
    private @Nullable Instant revokedAt;

    // Once rotated it ends with the overlap; when it would have ended by itself is its successors'.
    private @Nullable Instant rotatedAt;
    private @Nullable Instant plannedEnd;

    private Instant createdAt;

    // Written beside the request that used it, never with a change of the key.
    @Column(insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Version private long version;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected AdminKey() {}

    AdminKey(NewAdminKey request, String text, Instant now) {
        name = request.name();
        hash = Sha256.of(text);
        hint = ApiKeyFormat.ADMIN.hint(text);
        role = request.role().text();
        expiresAt = request.expiresAt();
        createdAt = now;
    }

    /** Ends the key for good; a second time changes nothing. */
    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    /**
     * Ends the key after the overlap unless it ends before. Rotated again, it keeps its earlier
     * end.
     */
    void rotate(Instant now, Duration overlap) {
        if (rotatedAt == null) {
            rotatedAt = now;
            plannedEnd = expiresAt;
        }
        Instant end = now.plus(overlap);
        if (expiresAt == null || end.isBefore(expiresAt)) {
            expiresAt = end;
        }
    }

    /**
     * What a key that takes its place must be able to; it lives as long as this one would have, by
     * whichever rotation it comes.
     */
    NewAdminKey successor() {
        return new NewAdminKey(name, Role.of(role), rotatedAt == null ? expiresAt : plannedEnd);
    }

    boolean isDead(Instant now) {
        return revokedAt != null || (expiresAt != null && !expiresAt.isAfter(now));
    }

    AdminKeyDetails details() {
        if (id == null) {
            throw new IllegalStateException("admin key " + name + " is not stored yet");
        }
        return new AdminKeyDetails(
                id,
                name,
                hint,
                Role.of(role),
                expiresAt,
                revokedAt,
                createdAt,
                lastUsedAt,
                version);
    }
}
