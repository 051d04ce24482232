package dev.seedgate.access.team;

import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A team: its slug, which never changes, and its settings. What moves with every create lies in its
 * account instead.
 */
@Entity
class Team {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String slug;
    @Embedded private TeamSpec settings;
    private boolean suspended;
    private @Nullable Instant archivedAt;
    private Instant createdAt;
    @Version private long version;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected Team() {}

    Team(String slug, TeamSpec settings, Instant now) {
        this.slug = slug;
        this.settings = settings;
        createdAt = now;
    }

    void change(UnaryOperator<TeamSpec> change) {
        settings = change.apply(settings);
    }

    /** Ends the team for good; a second time changes nothing. */
    void archive(Instant now) {
        if (archivedAt == null) {
            archivedAt = now;
        }
    }

    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
    }

    long id() {
        if (id == null) {
            throw new IllegalStateException("team " + slug + " is not stored yet");
        }
        return id;
    }

    String slug() {
        return slug;
    }

    TeamDetails details() {
        return new TeamDetails(id(), slug, settings, suspended, archivedAt, createdAt, version);
    }
}
