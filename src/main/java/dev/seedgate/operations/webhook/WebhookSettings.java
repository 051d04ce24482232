package dev.seedgate.operations.webhook;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param webhooksKey what endpoints' secrets are encrypted with, 32 bytes in base64; several with
 *     commas between: the first encrypts, all decrypt
 * @param webhooksKeyFile a file that holds it instead, read again when it changes
 * @param webhooksAllowInternal whether endpoints may be in the own network, and without TLS
 * @param webhooksPerTeam endpoints that a team may have: each end of a task is a row for each
 * @param webhooksMaxConcurrent deliveries that a replica makes at once; each waits on a thread
 * @param webhooksConnectTimeout until an endpoint has taken the connection
 * @param webhooksTimeout of one try, from the name's look-up to the answer; receivers are told to
 *     answer first and work then
 * @param webhooksInterval how often is looked whether something is due
 * @param webhooksRotationOverlap how long the old secret signs too after a rotation
 * @param webhooksRetention how long deliveries are listed, and can be made again
 * @param webhooksLogSize the most of an endpoint's deliveries that are listed, those under way
 *     apart
 */
@Validated
@ConfigurationProperties("seedgate")
record WebhookSettings(
        @Nullable String webhooksKey,
        @Nullable Path webhooksKeyFile,
        @DefaultValue("false") boolean webhooksAllowInternal,
        @DefaultValue("10") @Min(1) @Max(100) int webhooksPerTeam,
        @DefaultValue("16") @Min(1) @Max(500) int webhooksMaxConcurrent,
        @DefaultValue("5s") @DurationMin(millis = 100) @DurationMax(minutes = 1)
                Duration webhooksConnectTimeout,
        @DefaultValue("15s") @DurationMin(millis = 100) @DurationMax(minutes = 1)
                Duration webhooksTimeout,
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration webhooksInterval,
        @DefaultValue("24h") @DurationMin @DurationMax(days = 30) Duration webhooksRotationOverlap,
        @DefaultValue("30d") @DurationMin(hours = 1) @DurationMax(days = 365)
                Duration webhooksRetention,
        @DefaultValue("10000") @Min(100) @Max(1_000_000) int webhooksLogSize) {

    /** Redacted, because a settings object ends up in messages. */
    @Override
    public String toString() {
        return "WebhookSettings[webhooksAllowInternal=" + webhooksAllowInternal + "]";
    }
}
