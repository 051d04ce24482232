package dev.seedgate.task.wait;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How long, and how many at once in an instance, clients may wait for their tasks. Each who waits
 * keeps a connection of the 8192 that the web server takes, and a thread's stack of some kilobytes;
 * with all of them waiting, a quarter is left to those who don't.
 *
 * @param waitMax the longest that a call waits, in whole seconds; a minute is what the contract
 *     promises, less is for proxies that give up sooner
 * @param waitMaxConcurrent calls that wait; half of all connections. Beyond it they are answered at
 *     once
 * @param waitMaxConcurrentPerKey of them with one key, so that one program leaves room to others
 * @param streamMaxConcurrent open streams of events; a quarter of all connections
 * @param streamMaxConcurrentPerKey of them with one key; ten times the tasks that most teams may
 *     have in flight
 * @param streamComment after so long without an event a stream says that it lives: less than the
 *     half minute and more after which proxies take a connection for dead
 * @param streamMaxAge then a stream ends by itself, and its reader comes again; so replicas share
 *     the readers again after a restart
 */
@Validated
@ConfigurationProperties("seedgate")
public record WaitSettings(
        @DefaultValue("60s") @DurationMin @DurationMax(seconds = 60) Duration waitMax,
        @DefaultValue("4096") @Min(0) @Max(1_000_000) int waitMaxConcurrent,
        @DefaultValue("2048") @Min(0) @Max(1_000_000) int waitMaxConcurrentPerKey,
        @DefaultValue("2048") @Min(0) @Max(1_000_000) int streamMaxConcurrent,
        @DefaultValue("512") @Min(0) @Max(1_000_000) int streamMaxConcurrentPerKey,
        @DefaultValue("15s") @DurationMin(millis = 10) @DurationMax(minutes = 5)
                Duration streamComment,
        @DefaultValue("30m") @DurationMin(millis = 10) @DurationMax(days = 1)
                Duration streamMaxAge) {}
