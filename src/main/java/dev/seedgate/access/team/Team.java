package dev.seedgate.access.team;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A team: its names and its limits. What moves with every create lies in its account instead. */
@Entity
class Team {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String slug;
    private String name;
    private @Nullable String costCenter;
    private @Nullable Long monthlyQuota;
    private @Nullable Integer maxInFlight;
    private @Nullable Integer generatePerMinute;
    private int weight;
    private boolean softLimits;
    private @Nullable Integer promptRetentionDays;
    private boolean suspended;
    private @Nullable Instant archivedAt;
    private Instant createdAt;
    @Version private long version;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected Team() {}

    Team(TeamSpec request, Instant now) {
        slug = request.slug();
        name = request.name();
        costCenter = request.costCenter();
        monthlyQuota = request.monthlyQuota();
        maxInFlight = request.maxInFlight();
        generatePerMinute = request.generatePerMinute();
        weight = request.weight();
        softLimits = request.softLimits();
        promptRetentionDays = request.promptRetentionDays();
        createdAt = now;
    }

    void change(TeamSpec wanted) {
        name = wanted.name();
        costCenter = wanted.costCenter();
        monthlyQuota = wanted.monthlyQuota();
        maxInFlight = wanted.maxInFlight();
        generatePerMinute = wanted.generatePerMinute();
        weight = wanted.weight();
        softLimits = wanted.softLimits();
        promptRetentionDays = wanted.promptRetentionDays();
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

    TeamSpec wanted() {
        return new TeamSpec(
                slug,
                name,
                costCenter,
                monthlyQuota,
                maxInFlight,
                generatePerMinute,
                weight,
                softLimits,
                promptRetentionDays);
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
        return new TeamDetails(
                id(),
                slug,
                name,
                costCenter,
                monthlyQuota,
                maxInFlight,
                generatePerMinute,
                weight,
                softLimits,
                promptRetentionDays,
                suspended,
                archivedAt,
                createdAt,
                version);
    }
}
