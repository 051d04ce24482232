package dev.seedgate.access.apikey;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How soon a replica knows of changed keys.
 *
 * @param keyCacheCheckInterval between two looks whether a key has changed; a revocation has to be
 *     known everywhere within 5 s
 * @param keyCacheBatchInterval between two look-ups of unknown keys; what is asked for meanwhile
 *     shares the next. With the default an instance asks the database 50 times a second at most for
 *     keys of a kind, and while nobody floods it nobody waits; two in a row at the most stay within
 *     what a look-up waits
 * @param keyLastUsedInterval between two times that the last use of each key is written down
 */
@Validated
@ConfigurationProperties("seedgate")
public record KeySettings(
        @DefaultValue("1s") @DurationMin(millis = 10) @DurationMax(seconds = 4)
                Duration keyCacheCheckInterval,
        @DefaultValue("20ms") @DurationMin @DurationMax(millis = 200)
                Duration keyCacheBatchInterval,
        @DefaultValue("1m") @DurationMin(millis = 10) @DurationMax(hours = 1)
                Duration keyLastUsedInterval) {}
