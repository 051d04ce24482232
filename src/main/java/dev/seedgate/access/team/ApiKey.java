package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.platform.values.Sha256;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A team's API key. Only a hash of its text is kept, so a copy of the database opens nothing. */
@Entity
@SuppressWarnings("UnusedVariable") // some fields are read by queries only
class ApiKey {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @ManyToOne(fetch = FetchType.LAZY)
    private Team team;

    private String name;
    private byte[] hash;
    private String hint;
    private String[] scopes;
    private @Nullable String project;
    private @Nullable Instant expiresAt;
    private boolean suspended;
    private @Nullable Instant revokedAt;

    // Once rotated it ends with the overlap; when it would have ended by itself is its successors'.
    private @Nullable Instant rotatedAt;
    private @Nullable Instant plannedEnd;

    // The key that it goes back to by rotations; null for one that is no successor.
    private @Nullable Long originId;

    private Instant createdAt;

    // Written beside the request that used it, never with a change of the key.
    @Column(insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Version private long version;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected ApiKey() {}

    /** {@code origin} is the key that it goes back to by rotations, null for none. */
    ApiKey(Team team, NewKey request, String text, @Nullable Long origin, Instant now) {
        this.team = team;
        originId = origin;
        name = request.name();
        hash = Sha256.of(text);
        hint = ApiKeyFormat.TEAM.hint(text);
        scopes = request.scopes().stream().map(Scope::text).toArray(String[]::new);
        project = request.project();
        expiresAt = request.expiresAt();
        createdAt = now;
    }

    /** The key that its successors go back to. */
    @Nullable Long origin() {
        return originId == null ? id : originId;
    }

    /** Ends the key for good; a second time changes nothing. */
    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
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
    NewKey successor() {
        return new NewKey(
                name,
                EnumSet.copyOf(Arrays.stream(scopes).map(Scope::of).toList()),
                rotatedAt == null ? expiresAt : plannedEnd,
                project);
    }

    boolean isDead(Instant now) {
        return revokedAt != null || (expiresAt != null && !expiresAt.isAfter(now));
    }

    KeyDetails details() {
        if (id == null) {
            throw new IllegalStateException("key " + name + " is not stored yet");
        }
        List<Scope> granted = Arrays.stream(scopes).map(Scope::of).toList();
        return new KeyDetails(
                id,
                name,
                hint,
                granted,
                project,
                expiresAt,
                suspended,
                revokedAt,
                createdAt,
                lastUsedAt,
                version);
    }
}
