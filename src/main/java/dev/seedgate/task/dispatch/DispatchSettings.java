package dev.seedgate.task.dispatch;

import dev.seedgate.platform.database.ConnectionShares;
import dev.seedgate.platform.database.Rest;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param dispatchInterval how often an idle instance looks for work that another one accepted
 * @param dispatchClaimLease an overdue or abandoned task that is claimed and not looked after by
 *     then is claimed again
 * @param dispatchLeaseMargin added to the longest a call can take before a silent instance is held
 *     to be dead
 * @param dispatchSweepInterval how often overdue and abandoned tasks are looked for
 * @param dispatchSweepBatch how many of a kind an instance claims at a time; as long as that many
 *     are found it goes on without a pause
 * @param dispatchSweepThreads how many of them it looks after at once: each is a commit of its own,
 *     and four together keep up with a thousand tasks a second that are overdue
 * @param dispatchAhead calls are claimed for so long before the rate has a permit for them: it
 *     covers the round trips between the claim and the call. As long, at most, it is remembered
 *     which teams have what is due, as with a thousand of them that takes longer than a claim: a
 *     team that comes new to a backlog is found so much later
 * @param dispatchGroupSize answers of the vendor that come while others are being stored are stored
 *     together, at most so many: a group of 32 keeps its teams' accounts locked for some
 *     milliseconds. 1 = each alone
 * @param dispatchMaxStoring so many answers of the vendor are stored, or wait for it, beside the
 *     calls in flight, each on a thread of its own; as many as there are calls: a call whose answer
 *     is being stored keeps no other one waiting, and answers come together in larger groups, which
 *     cost less each. 0 = a call is in flight until its answer is stored
 * @param dispatchMaxRest while more is due than was claimed, and while answers come faster than
 *     they are stored, the next claim and the next group come after as long as the last one took,
 *     whatever that is with so many teams, but after no longer than this: calls that somebody waits
 *     for go before, and what comes up meanwhile costs less together. A slow database must not make
 *     the vendor wait, so it is little beside a call. 0 = no rest
 * @param dispatchRestBesideRequests while requests come, so many times as long, so that creates and
 *     reads go before when the machine is short; little beside a call still, with the longest rest
 */
@Validated
@ConfigurationProperties("seedgate")
record DispatchSettings(
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(minutes = 1)
                Duration dispatchInterval,
        @DefaultValue("30s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration dispatchClaimLease,
        @DefaultValue("30s") @DurationMin @DurationMax(hours = 1) Duration dispatchLeaseMargin,
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration dispatchSweepInterval,
        @DefaultValue("200") @Min(1) @Max(10_000) int dispatchSweepBatch,
        @DefaultValue("4") @Min(1) @Max(64) int dispatchSweepThreads,
        @DefaultValue("250ms") @DurationMin(millis = 10) @DurationMax(seconds = 10)
                Duration dispatchAhead,
        @DefaultValue("32") @Min(1) @Max(256) int dispatchGroupSize,
        @DefaultValue("32") @Min(0) @Max(10_000) int dispatchMaxStoring,
        @DefaultValue("10ms") @DurationMin @DurationMax(seconds = 1) Duration dispatchMaxRest,
        @DefaultValue("4") @Min(1) @Max(20) int dispatchRestBesideRequests) {

    /** A rest between steps of one kind. */
    Rest rest(ConnectionShares requests) {
        return new Rest(requests, dispatchMaxRest, dispatchRestBesideRequests);
    }
}
