package dev.seedgate.platform.database;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.math.BigDecimal;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the connections to the database, and of who may wait for one.
 *
 * @param databaseMaxWaiting requests that wait for a connection at once; at a millisecond a request
 *     and 8 connections the last of 256 has waited 32 ms
 * @param databaseTeamShare the part of the requests' connections that one team may have, and of the
 *     places to wait; with half of 8 connections and 256 places a team's burst of 132 is never
 *     refused, and whoever comes beside a flood finds a connection free
 * @param databaseReserved connections that no request can have: for dispatch, for what the vendor
 *     answered, for all that is periodic. Each of these takes some milliseconds, so 4 carry several
 *     hundred calls to the vendor a second
 * @param databaseReservedWait how long it waits for one of those: as long as the database is slow,
 *     but not so long that a look at a broken one would hang
 * @param databaseHealthMaxAge how old the answer may be whether the database takes writes; a
 *     platform asks every few seconds
 */
@Validated
@ConfigurationProperties("seedgate")
record QueueSettings(
        @DefaultValue("256") @Min(1) @Max(100_000) int databaseMaxWaiting,
        @DefaultValue("0.5") @DecimalMin("0.01") @DecimalMax("1") BigDecimal databaseTeamShare,
        @DefaultValue("4") @Min(1) @Max(100) int databaseReserved,
        @DefaultValue("5s") @DurationMin(millis = 250) @DurationMax(minutes = 1)
                Duration databaseReservedWait,
        @DefaultValue("1s") @DurationMin @DurationMax(minutes = 1) Duration databaseHealthMaxAge) {

    /** A team's part of this many, at least one. */
    int teamsPartOf(int all) {
        return Math.max(1, databaseTeamShare.multiply(BigDecimal.valueOf(all)).intValue());
    }
}
