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
 * How clips are handed out.
 *
 * @param clipsMaxStreams clips that a replica hands out at once; each is a connection or two and
 *     some ten kilobytes of buffers
 * @param clipsTeamMaxStreams of one team among them; a page with a dozen players asks for so many
 *     at once
 * @param clipsLinkLifetime how long a link for a player holds; long enough to begin watching, and
 *     to go on after a pause
 */
@Validated
@ConfigurationProperties("seedgate")
record ClipSettings(
        @DefaultValue("64") @Min(1) @Max(10_000) int clipsMaxStreams,
        @DefaultValue("16") @Min(1) @Max(10_000) int clipsTeamMaxStreams,
        @DefaultValue("5m") @DurationMin(seconds = 10) @DurationMax(hours = 24)
                Duration clipsLinkLifetime) {}
