package dev.seedgate.task.lifecycle;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The deadlines and bounds of tasks.
 *
 * @param cell the letter or digit that new task ids end with: which of several databases has them
 * @param maxImageUrls the vendor names no number; four is what its siblings take
 * @param statusRefreshWait how long a status read waits for its own poll; 0 = reads never poll
 * @param statusFreshFor a vendor's answer this young is given again without asking
 * @param statusBatchSize status reads that come while others are read are one query, at most so
 *     many; each adds some 10 µs to it. More than that are read alone, by the rules for a crowded
 *     database; 0 = each is
 * @param statusBatchMaxWait status reads whose query did not begin by then, as the one before it
 *     hangs, are read alone; one of 64 takes a millisecond
 * @param queueMaxWait a task not submitted by then fails and is refunded; longer would surprise
 *     whoever waits
 * @param queueMaxLength more tasks never wait, whatever the rate: each replica counts them again
 *     and again, and a hundred thousand take some 70 ms
 * @param createGroupSize creates that wait for each other are stored together, at most so many;
 *     each takes PostgreSQL some 0.2 ms, for which the accounts of all stay locked. 1 = each alone
 * @param createGroupMaxConcurrent so many groups are stored at a time: while one waits for the disk
 *     another one is at work. Four make smaller groups, which cost as much as they gain
 * @param createGroupMaxWait a create that has waited longer for its group is stored alone, by the
 *     rules for a crowded database; a group takes some milliseconds
 * @param createGroupMaxWaiting creates for so many full groups may wait, and the first of each team
 * @param taskMaxAge from the vendor's acceptance; far above the longest render seen
 * @param uncertainRefundAfter then the charge of a task nobody knows of is given back; 0 = never
 * @param accountStopsUntilFailed refusals of the kind that stops the account, drawn by one task
 *     while others pass
 * @param pollsWithoutUrlUntilFailed SUCCESSes without a usable URL before the task fails
 * @param expiredPollFor how long an expired task is still asked for, hourly
 * @param resolveGrace after the lease of a submit, before its charge may be given back: an answer
 *     may be waiting for the database
 * @param cancelSandboxTasks whether open tasks of the sandbox end with a real vendor's first start:
 *     some ({@code [sandbox:stuck]}) would never end by themselves
 * @param idempotencyRetention at least 24 h are promised
 * @param promptRetentionInterval between two steps; with nothing to do, one costs a look into an
 *     index a team
 * @param promptRetentionBatch prompts blanked in a step: some ms, and four million a day
 */
@Validated
@ConfigurationProperties("seedgate")
public record GenerationSettings(
        @DefaultValue("0") @Pattern(regexp = "[0-9A-Za-z]", message = "must be one letter or digit")
                String cell,
        @DefaultValue("4") @Min(1) @Max(100) int maxImageUrls,
        @DefaultValue("1s") @DurationMin @DurationMax(minutes = 1) Duration statusRefreshWait,
        @DefaultValue("2s") @DurationMin @DurationMax(hours = 1) Duration statusFreshFor,
        @DefaultValue("64") @Min(0) @Max(1024) int statusBatchSize,
        @DefaultValue("50ms") @DurationMin(millis = 1) @DurationMax(seconds = 1)
                Duration statusBatchMaxWait,
        @DefaultValue("15m") @DurationMin(millis = 1) @DurationMax(days = 7) Duration queueMaxWait,
        @DefaultValue("100000") @Min(1) @Max(10_000_000) int queueMaxLength,
        @DefaultValue("32") @Min(1) @Max(128) int createGroupSize,
        @DefaultValue("2") @Min(1) @Max(16) int createGroupMaxConcurrent,
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(seconds = 3)
                Duration createGroupMaxWait,
        @DefaultValue("8") @Min(1) @Max(64) int createGroupMaxWaiting,
        @DefaultValue("2h") @DurationMin(millis = 1) @DurationMax(days = 3650) Duration taskMaxAge,
        @DefaultValue("24h") @DurationMin @DurationMax(days = 365) Duration uncertainRefundAfter,
        @DefaultValue("3") @Min(1) @Max(1000) int accountStopsUntilFailed,
        @DefaultValue("10") @Min(1) @Max(10_000) int pollsWithoutUrlUntilFailed,
        @DefaultValue("7d") @DurationMin @DurationMax(days = 365) Duration expiredPollFor,
        @DefaultValue("5m") @DurationMin @DurationMax(days = 1) Duration resolveGrace,
        @DefaultValue("false") boolean cancelSandboxTasks,
        @DefaultValue("48h") @DurationMin(hours = 24) @DurationMax(days = 3650)
                Duration idempotencyRetention,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration promptRetentionInterval,
        @DefaultValue("500") @Min(1) @Max(100_000) int promptRetentionBatch) {}
