package dev.seedgate.access;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whom the server believes and bears with, before it knows who calls.
 *
 * @param trustedProxies addresses and ranges whose word on the client's address is taken
 * @param corsOrigins web pages that may call the team API from a browser
 * @param requestTimeout from a request's first byte to the last of its body, however the bytes are
 *     spread; the largest body then comes at 2 KB a second
 * @param badKeysPerMinute calls without a good key that a source is told 401 for, then it is 429; a
 *     forgotten client that asks once a second stays below
 * @param badKeySources sources that are remembered for that; about 150 bytes each
 */
@Validated
@ConfigurationProperties("seedgate")
record EdgeSettings(
        @DefaultValue List<String> trustedProxies,
        @DefaultValue List<String> corsOrigins,
        @DefaultValue("30s") @DurationMin(millis = 100) @DurationMax(hours = 1)
                Duration requestTimeout,
        @DefaultValue("60") @Min(1) @Max(60_000_000) int badKeysPerMinute,
        @DefaultValue("10000") @Min(1) @Max(10_000_000) int badKeySources) {}
