package dev.seedgate.access.apikey;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Sha256;
import jakarta.persistence.Column;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key in the database, whoever it is for. Only a hash of its text is kept, so a copy of the
 * database opens nothing.
 *
 * @param <D> what admins see of it; goes into the audit log
 */
@MappedSuperclass
@SuppressWarnings("UnusedVariable") // some fields are read by queries only
public abstract class StoredKey<D> {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String name;
    private byte[] hash;
    private String hint;
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
    protected StoredKey() {}

    /**
     * A new key.
     *
     * @param text the secret, in its format
     * @param expiresAt when it stops working by itself, null for never
     */
    protected StoredKey(
            ApiKeyFormat format,
            String name,
            String text,
            @Nullable Instant expiresAt,
            Instant now) {
        this.name = name;
        this.expiresAt = expiresAt;
        hash = Sha256.of(text);
        hint = format.hint(text);
        createdAt = now;
    }

    /** What admins see of it. */
    public abstract D details();

    /** Its name in the audit log. */
    protected abstract String auditObject();

    /** What a message to an admin calls it, for example {@code Key 5}. */
    protected abstract String title();

    /** Ends the key for good; a second time changes nothing. */
    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    /**
     * Ends the key after the overlap unless it ends before. Rotated again, it keeps its earlier
     * end. One that has ended is {@code INVALID_REQUEST}.
     */
    protected void rotate(Instant now, Duration overlap) {
        if (revokedAt != null || (expiresAt != null && !expiresAt.isAfter(now))) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    title() + " has ended; make a new one instead of rotating it.");
        }
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
     * When a key ends that takes this one's place: this one's end without any rotation, by
     * whichever rotation the successor comes; null for never.
     */
    protected @Nullable Instant successorExpiry() {
        return rotatedAt == null ? expiresAt : plannedEnd;
    }

    protected long id() {
        if (id == null) {
            throw new IllegalStateException("key " + name + " is not stored yet");
        }
        return id;
    }

    protected KeyState state() {
        return new KeyState(id(), name, hint, expiresAt, revokedAt, createdAt, lastUsedAt, version);
    }
}
