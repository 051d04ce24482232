package dev.seedgate.access.apikey;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How soon a replica knows of changed keys, and how many of them members make.
 *
 * @param keyCacheCheckInterval between two looks whether a key has changed; a revocation has to be
 *     known everywhere within 5 s
 * @param keyCacheBatchInterval between two look-ups of unknown keys; what is asked for meanwhile
 *     shares the next. With the default an instance asks the database 50 times a second at most for
 *     keys of a kind, and while nobody floods it nobody waits; two in a row at the most stay within
 *     what a look-up waits
 * @param keyCacheMaxWait how long an unknown key waits for the look-up before its own, which may
 *     hang; then 503. With the time-outs of a connection and a statement on top, a call is answered
 *     some three seconds after a database began to hang
 * @param keyCacheSize keys of a kind that are known at a time, of some 300 bytes each: more than a
 *     cluster of a thousand teams uses, and few enough that a flood of made-up keys with good
 *     checksums takes a few megabytes
 * @param keyLastUsedInterval between two times that the last use of each key is written down
 * @param keysPerTeam keys of a team that are alive, up to which its members make new ones: one for
 *     each app and person of a large team, and still a list to read
 */
@Validated
@ConfigurationProperties("seedgate")
public record KeySettings(
        @DefaultValue("1s") @DurationMin(millis = 10) @DurationMax(seconds = 4)
                Duration keyCacheCheckInterval,
        @DefaultValue("20ms") @DurationMin @DurationMax(millis = 200)
                Duration keyCacheBatchInterval,
        @DefaultValue("500ms") @DurationMin(millis = 50) @DurationMax(seconds = 2)
                Duration keyCacheMaxWait,
        @DefaultValue("20000") @Min(100) @Max(1_000_000) int keyCacheSize,
        @DefaultValue("1m") @DurationMin(millis = 10) @DurationMax(hours = 1)
                Duration keyLastUsedInterval,
        @DefaultValue("50") @Min(1) @Max(10_000) int keysPerTeam) {}
