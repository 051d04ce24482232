package dev.seedgate.billing.integrity;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the books are kept.
 *
 * @param ledgerCheckInterval between two steps; a step takes some hundred ms at most
 * @param ledgerCheckTeamBatch teams a step, each with the sum of its days: a thousand are gone
 *     round in four minutes
 * @param ledgerCheckEntryBatch entries of the ledger a step, with their tasks: what a day of 170
 *     million adds is gone through in a day
 * @param ledgerCheckRound how long the verifier shall take for a round through everything; each
 *     step is as long as that needs, and a small ledger is gone round sooner
 * @param ledgerRollupBatch entries summed in one statement: 10 s for a million, of the 30 s that a
 *     statement may take
 */
@Validated
@ConfigurationProperties("seedgate")
public record LedgerVerifierSettings(
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration ledgerCheckInterval,
        @DefaultValue("20") @Min(1) @Max(10_000) int ledgerCheckTeamBatch,
        @DefaultValue("10000") @Min(1) @Max(1_000_000) int ledgerCheckEntryBatch,
        @DefaultValue("7d") @DurationMin(hours = 1) @DurationMax(days = 90)
                Duration ledgerCheckRound,
        @DefaultValue("100000") @Min(1) @Max(1_000_000) int ledgerRollupBatch) {}
