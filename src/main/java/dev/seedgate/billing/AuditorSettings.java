package dev.seedgate.billing;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the auditor goes through the books.
 *
 * @param auditorInterval between two steps; a step takes some hundred ms at most
 * @param auditorTeams teams a step, each with the sum of its days
 * @param auditorTasks tasks a step: ten million are gone through in three hours
 */
@Validated
@ConfigurationProperties("seedgate")
record AuditorSettings(
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration auditorInterval,
        @DefaultValue("20") @Min(1) @Max(10_000) int auditorTeams,
        @DefaultValue("5000") @Min(1) @Max(1_000_000) int auditorTasks) {}
