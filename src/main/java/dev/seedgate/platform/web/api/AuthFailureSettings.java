package dev.seedgate.platform.web.api;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The bounds of failed authentications.
 *
 * @param authFailuresPerMinute calls without a good key that a source is told 401 for, then it is
 *     429; a forgotten client that asks once a second stays below
 * @param authFailureSources sources that are remembered for that; about 150 bytes each
 */
@Validated
@ConfigurationProperties("seedgate")
record AuthFailureSettings(
        @DefaultValue("60") @Min(1) @Max(60_000_000) int authFailuresPerMinute,
        @DefaultValue("10000") @Min(1) @Max(10_000_000) int authFailureSources) {}
