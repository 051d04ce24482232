package dev.seedgate.task.clip;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How clips are copied, and how long the copies are kept.
 *
 * @param clipsMaxCopies that a replica makes at once; a copy of some ten megabytes takes about a
 *     second, so eight keep up with several clips a second
 * @param clipsTeamMaxCopies of one team at once, of all replicas together: beside a team with many
 *     clips another's never waits for all of them
 * @param clipsCopyInterval how often an idle replica looks for one to make
 * @param clipsCopyTries how often the vendor's link may be found dead until the clip is lost; with
 *     the back-off that is after some twenty minutes
 * @param clipsCopyBackOff after the first failure, doubling
 * @param clipsCopyMaxBackOff a storage that is back after a night must not wait for long
 * @param clipsCopyGiveUpAfter a copy that could not be made by then, whatever the reason, is lost;
 *     a storage may be away over a long weekend
 * @param clipsRetention how long a copy is kept unless its team says otherwise; a quarter's work
 *     can be looked at again
 * @param clipsPurgeInterval how often is looked for copies whose time is over
 * @param clipsPurgeBatch so many are deleted before the next look
 */
@Validated
@ConfigurationProperties("seedgate")
record ClipCopySettings(
        @DefaultValue("8") @Min(1) @Max(1000) int clipsMaxCopies,
        @DefaultValue("4") @Min(1) @Max(10_000) int clipsTeamMaxCopies,
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration clipsCopyInterval,
        @DefaultValue("8") @Min(1) @Max(1000) int clipsCopyTries,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration clipsCopyBackOff,
        @DefaultValue("10m") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration clipsCopyMaxBackOff,
        @DefaultValue("7d") @DurationMin(hours = 1) @DurationMax(days = 365)
                Duration clipsCopyGiveUpAfter,
        @DefaultValue("90d") @DurationMin(hours = 1) @DurationMax(days = 3650)
                Duration clipsRetention,
        @DefaultValue("1m") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration clipsPurgeInterval,
        @DefaultValue("100") @Min(1) @Max(10_000) int clipsPurgeBatch) {}
