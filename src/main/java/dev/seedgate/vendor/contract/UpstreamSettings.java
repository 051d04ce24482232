package dev.seedgate.vendor.contract;

import dev.seedgate.platform.values.SizeRange;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How the vendor is reached and how much of it may be used.
 *
 * @param upstreamApiKey the company's key; without one the built-in sandbox is the vendor
 * @param upstreamApiKeyFile a file that holds the key; read again whenever it changes
 * @param upstreamBaseUrl where {@code /api/generate} and {@code /api/status} live; may have a path
 * @param upstreamRequestsPerSecond for the whole cluster, submits and polls together
 * @param upstreamMaxConcurrent calls in flight in one instance: a vendor that hangs must not pile
 *     up threads and sockets
 * @param upstreamUnansweredSubmits submits of one instance that may wait for their answers at first
 *     and after an ambiguous one; each answer lets one more. As many as open the breaker: a vendor
 *     that is silent leaves no more in doubt
 * @param upstreamSubmitTimeout from the written request to the end of the answer; long, because a
 *     lost answer may be a paid clip
 * @param upstreamStatusTimeout the same for polls; short, because a poll can be repeated
 * @param upstreamConnectTimeout name look-up, connect and TLS together; at most 10 s, since a
 *     submit's lease has 30 s in reserve for everything but the answer
 * @param upstreamPermitLifetime how long a permit may wait for its call to begin; longer would let
 *     permits pile up into a burst. It is taken last, so only the call's own thread stands between
 * @param upstreamPermitWait how long a call that is ready waits for its permit before its task goes
 *     back to the queue; at rates below one in this time it waits for two permits' time
 * @param upstreamResubmitOn500 the vendor documents that a 500 may be retried; false holds such a
 *     task as uncertain instead
 * @param upstreamRetriesOn500 how often it is retried; each 500 may have been charged
 * @param upstreamProbeInterval how often a stopped account is tried with one call of the whole
 *     cluster
 * @param upstreamMaxAnswerSize more of an answer is not read, packed or unpacked; real ones have
 *     about 1 KB, but an id or a clip must not be lost for what a proxy puts around it
 * @param upstreamRefreshInterval how soon an instance learns of the pauses of the others
 */
@Validated
@ConfigurationProperties("seedgate")
public record UpstreamSettings(
        @Nullable String upstreamApiKey,
        @Nullable Path upstreamApiKeyFile,
        @Nullable String upstreamBaseUrl,
        @DefaultValue("10") @DecimalMin("0.001") @DecimalMax("100000")
                double upstreamRequestsPerSecond,
        @DefaultValue("32") @Min(1) @Max(10_000) int upstreamMaxConcurrent,
        @DefaultValue("5") @Min(1) @Max(10_000) int upstreamUnansweredSubmits,
        @DefaultValue("60s") @DurationMin(millis = 1) @DurationMax(minutes = 30)
                Duration upstreamSubmitTimeout,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(minutes = 5)
                Duration upstreamStatusTimeout,
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(seconds = 10)
                Duration upstreamConnectTimeout,
        @DefaultValue("200ms") @DurationMin(millis = 1) @DurationMax(seconds = 1)
                Duration upstreamPermitLifetime,
        @DefaultValue("2s") @DurationMin(millis = 10) @DurationMax(seconds = 10)
                Duration upstreamPermitWait,
        // Without the names the environment variables would have to be …_ON500.
        @Name("upstream-resubmit-on-500") @DefaultValue("true") boolean upstreamResubmitOn500,
        @Name("upstream-retries-on-500") @DefaultValue("3") @Min(0) @Max(20)
                int upstreamRetriesOn500,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration upstreamProbeInterval,
        @DefaultValue("8MB") @SizeRange(min = "4KB", max = "64MB") DataSize upstreamMaxAnswerSize,
        @DefaultValue("1s") @DurationMin(millis = 10) @DurationMax(seconds = 5)
                Duration upstreamRefreshInterval) {

    /** Redacted, because a settings object ends up in messages. */
    @Override
    public String toString() {
        return "UpstreamSettings[baseUrl="
                + upstreamBaseUrl
                + ", requestsPerSecond="
                + upstreamRequestsPerSecond
                + "]";
    }
}
