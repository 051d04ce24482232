package dev.seedgate.sandbox;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What can be set about the sandbox.
 *
 * @param apiKey the one key that the sandbox knows; no secret, since nothing here costs anything
 * @param renderTime how long a render takes; 8 s is long enough to see it running and short enough
 *     to wait for
 * @param maxRenderTime the most that a prompt may ask for with {@code [sandbox:slow=…]}; whoever
 *     wants longer wants {@code [sandbox:stuck]}
 * @param credits what the sandbox's customer has bought so far. The default is more than anyone
 *     spends by trying (3.8 million clips with sound), so that it runs out only where somebody
 *     wants to see that
 * @param retryAfter what a 429 tells the caller to wait; a second keeps trials short
 * @param maxBody the largest request that is read; a prompt and some links are far smaller, and the
 *     endpoint is open to anyone who reaches the gateway
 */
@Validated
@ConfigurationProperties("seedgate.sandbox")
record SandboxSettings(
        @NotBlank @DefaultValue("sandbox-key") String apiKey,
        @DurationMin @DurationMax(days = 1) @DefaultValue("8s") Duration renderTime,
        @DurationMin @DurationMax(days = 1) @DefaultValue("1h") Duration maxRenderTime,
        @PositiveOrZero @DefaultValue("1000000000") long credits,
        @DurationMin(seconds = 1) @DefaultValue("1s") Duration retryAfter,
        @DefaultValue("64KB") DataSize maxBody) {}
