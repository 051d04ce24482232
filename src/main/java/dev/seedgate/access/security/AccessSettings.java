package dev.seedgate.access.security;

import dev.seedgate.platform.values.SizeRange;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of who gets in: the bootstrap admin key, the console's sign-in, the size of bodies.
 *
 * @param adminKey the bootstrap admin key
 * @param adminKeyFile a file that holds it instead, read again when it changes
 * @param signInAttempts wrong keys of one address before it is locked out; a person mistypes a few
 *     times
 * @param signInLockout how long an address is locked out, from its first wrong key on: a wrong key
 *     is then told to wait, a right one is let in. Keys of 16 characters or more can't be guessed
 *     at that rate
 * @param signInRefusalsAudited refused sign-ins that a replica writes into the audit log and the
 *     log in an hour: an attack shows, and at most half a million rows a year are left of it
 * @param maxBody largest body of a request, in bytes; a body with a full prompt and four long URLs
 *     is below 20 KB
 */
@Validated
@ConfigurationProperties("seedgate")
record AccessSettings(
        @Nullable String adminKey,
        @Nullable Path adminKeyFile,
        @DefaultValue("10") @Min(1) @Max(1000) int signInAttempts,
        @DefaultValue("10m") @DurationMin(seconds = 1) @DurationMax(days = 1)
                Duration signInLockout,
        @DefaultValue("60") @Min(0) @Max(100_000) int signInRefusalsAudited,
        @DefaultValue("64KB") @SizeRange(min = "8KB", max = "10MB") DataSize maxBody) {

    @Override
    public String toString() {
        return "AccessSettings[maxBody=" + maxBody + "]";
    }
}
