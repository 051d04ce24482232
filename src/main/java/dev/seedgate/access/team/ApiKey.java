package dev.seedgate.access.team;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.StoredKey;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import jakarta.persistence.Entity;
import jakarta.persistence.ManyToOne;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** A team's API key. */
@Entity
class ApiKey extends StoredKey<KeyDetails> {

    @ManyToOne private Team team;

    private String[] scopes;
    private @Nullable String project;
    private boolean suspended;

    // The key that it goes back to by rotations; null for one that is no successor.
    private @Nullable Long originId;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected ApiKey() {}

    ApiKey(Team team, NewKey request, String text, Instant now) {
        super(ApiKeyFormat.TEAM, request.name(), text, request.expiresAt(), now);
        this.team = team;
        scopes = request.scopes().stream().map(Scope::text).toArray(String[]::new);
        project = request.project();
    }

    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
    }

    @Override
    protected void rotate(Instant now, Duration overlap) {
        if (suspended) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    title() + " is suspended, which its successor would not be: resume it first.");
        }
        super.rotate(now, overlap);
    }

    /** A key that takes this one's place. */
    ApiKey successor(String text, Instant now) {
        KeyDetails same = details();
        ApiKey successor =
                new ApiKey(
                        team,
                        new NewKey(
                                same.key().name(),
                                EnumSet.copyOf(same.scopes()),
                                successorExpiry(),
                                project),
                        text,
                        now);
        successor.originId = originId == null ? id() : originId;
        return successor;
    }

    @Override
    public KeyDetails details() {
        return new KeyDetails(
                state(), Arrays.stream(scopes).map(Scope::of).toList(), project, suspended);
    }

    /** Who calls with it. */
    AuthenticatedTeam caller() {
        TeamDetails owner = team.details();
        KeyDetails key = details();
        return new AuthenticatedTeam(
                owner.id(),
                owner.slug(),
                owner.costCenter(),
                id(),
                key.key().name(),
                EnumSet.copyOf(key.scopes()),
                project,
                suspended);
    }

    @Override
    protected String auditObject() {
        return "team:" + team.slug() + "/key:" + id();
    }

    @Override
    protected String title() {
        return "Key " + id();
    }
}
