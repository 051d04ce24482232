package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.SizeRange;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Whom the server believes and bears with, before it knows who calls.
 *
 * @param trustedProxies addresses and ranges whose word on the client's address is taken
 * @param corsOrigins web pages that may call the team API from a browser
 * @param requestTimeout from a request's first byte to the last of its body, however the bytes are
 *     spread; the largest body then comes at 2 KB a second
 * @param maxChunkExtensions of all chunks of a body together; nothing here reads them, and what a
 *     signing client puts there is below 100 bytes a chunk
 * @param maxTrailers behind the last chunk; nothing here reads them either
 * @param anonymousMaxConcurrent requests to what is open to everybody that are served at once; each
 *     takes some milliseconds of a processor at most, and two leave a team's call no long queue
 * @param anonymousRequestsPerSecond of them that are begun in a second; more than people and
 *     scrapers make, and with some milliseconds each a small part of the machine
 * @param anonymousMaxWaiting more wait; a page with all its files is ten
 * @param anonymousMaxWait so long at most
 * @param anonymousTimeSlice longer than any of them takes where its reader keeps up; after it the
 *     place is another's
 * @param healthChecksPerSecond questions for the health that are answered at once; many probes of
 *     many platforms make less
 * @param healthCheckDelay what each beyond that waits before its answer at most, for none is
 *     refused: far less than the second that a probe waits, and a caller who asks without end gets
 *     ten a second
 * @param refusalsPerSecond refusals that a team gets at once, and all callers together whom nobody
 *     knows; each takes some 0.2 ms of a processor, and a client that heeds Retry-After makes less
 * @param refusalDelay what each beyond that waits before its answer at most; a flood on 64
 *     connections then gets little more than the rate, and a person hardly notices
 * @param maxDelayedResponses that wait at once, for each keeps the stack of a thread; half of the
 *     connections that there may be. Beyond it responses come at once
 */
@Validated
@ConfigurationProperties("seedgate")
record EdgeSettings(
        @DefaultValue List<String> trustedProxies,
        @DefaultValue List<String> corsOrigins,
        @DefaultValue("30s") @DurationMin(millis = 100) @DurationMax(hours = 1)
                Duration requestTimeout,
        // More would do nothing but wait for it: bodies are small.
        @DefaultValue("1KB") @SizeRange(min = "1B", max = "64KB") DataSize maxChunkExtensions,
        @DefaultValue("1KB") @SizeRange(min = "1B", max = "64KB") DataSize maxTrailers,
        @DefaultValue("2") @Min(1) @Max(1000) int anonymousMaxConcurrent,
        @DefaultValue("200") @DecimalMin("0.01") @DecimalMax("1000000")
                double anonymousRequestsPerSecond,
        @DefaultValue("64") @Min(0) @Max(10_000) int anonymousMaxWaiting,
        @DefaultValue("1s") @DurationMin @DurationMax(minutes = 1) Duration anonymousMaxWait,
        @DefaultValue("250ms") @DurationMin(millis = 1) @DurationMax(minutes = 1)
                Duration anonymousTimeSlice,
        @DefaultValue("50") @DecimalMin("0.01") @DecimalMax("1000000") double healthChecksPerSecond,
        @DefaultValue("100ms") @DurationMin @DurationMax(millis = 500) Duration healthCheckDelay,
        @DefaultValue("50") @DecimalMin("0.01") @DecimalMax("1000000") double refusalsPerSecond,
        // Clients wait for an answer for some seconds at least.
        @DefaultValue("1s") @DurationMin @DurationMax(seconds = 5) Duration refusalDelay,
        @DefaultValue("4096") @Min(0) @Max(1_000_000) int maxDelayedResponses) {}
