package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.values.SizeRange;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
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
 * @param sandboxApiKey the one key that the sandbox knows; see {@link SandboxKey}
 * @param sandboxAllowRemote whether other machines than this one may call it, with the key. Links
 *     to clips are open to all
 * @param sandboxRenderTime how long a render takes; 8 s is long enough to see it running and short
 *     enough to wait for
 * @param sandboxMaxRenderTime the most that a prompt may ask for with {@code [sandbox:slow=…]};
 *     whoever wants longer wants {@code [sandbox:stuck]}
 * @param sandboxCredits what the sandbox's customer has bought so far. The default is more than
 *     anyone spends by trying (3.8 million clips with sound), so that it runs out only where
 *     somebody wants to see that
 * @param sandboxRetryAfter what a 429 tells the caller to wait; a second keeps trials short
 * @param sandboxMaxBody the largest request that is read; a prompt and some links are far smaller
 * @param maxImageUrls as many as the gateway takes
 * @param sandboxOrdersPerSecond that a process takes; ten times what the gateway calls by default
 * @param sandboxRetention how long a task and its clip are kept; longer than the gateway asks for a
 *     task that has no end
 * @param sandboxExpiryInterval between two steps of deleting
 * @param sandboxExpiryBatch rows deleted in a step: more than are ordered between two, at the rate
 *     that is taken
 */
@SandboxOnly
@Validated
@ConfigurationProperties("seedgate")
record SandboxSettings(
        @NotBlank String sandboxApiKey,
        @DefaultValue("false") boolean sandboxAllowRemote,
        @DurationMin @DurationMax(days = 1) @DefaultValue("8s") Duration sandboxRenderTime,
        @DurationMin @DurationMax(days = 1) @DefaultValue("1h") Duration sandboxMaxRenderTime,
        @Min(0) @Max(1_000_000_000_000_000L) @DefaultValue("1000000000") long sandboxCredits,
        @DurationMin(seconds = 1) @DurationMax(hours = 1) @DefaultValue("1s")
                Duration sandboxRetryAfter,
        @SizeRange(min = "1KB", max = "10MB") @DefaultValue("64KB") DataSize sandboxMaxBody,
        @DefaultValue("4") @Min(1) @Max(100) int maxImageUrls,
        @DefaultValue("100") @DecimalMin("0.001") @DecimalMax("100000")
                double sandboxOrdersPerSecond,
        @DefaultValue("8d") @DurationMin(hours = 1) @DurationMax(days = 3650)
                Duration sandboxRetention,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration sandboxExpiryInterval,
        @DefaultValue("5000") @Min(1) @Max(100_000) int sandboxExpiryBatch) {

    /** Without the key. */
    @Override
    public String toString() {
        return "SandboxSettings[renderTime=" + sandboxRenderTime + "]";
    }
}
