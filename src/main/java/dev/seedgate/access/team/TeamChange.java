package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.web.api.SingleLine;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The fields of a team that can change; null limits mean unlimited. */
public record TeamChange(
        @Schema(requiredMode = Schema.RequiredMode.NOT_REQUIRED)
                @NotBlank
                @SingleLine
                @Size(max = 200)
                String name,
        @JsonProperty("monthly_quota") @Min(0) @Max(CreditAmounts.MAX) @Nullable Long monthlyQuota,
        @JsonProperty("max_in_flight") @PositiveOrZero @Nullable Integer maxInFlight,
        @JsonProperty("generate_per_minute") @Min(1) @Nullable Integer generatePerMinute,
        @Min(1) @Max(100) @Nullable Integer weight,
        @JsonProperty("soft_limits") @Nullable Boolean softLimits,
        @JsonProperty("cost_center") @SingleLine @Size(min = 1, max = 64)
                @Nullable String costCenter,
        @JsonProperty("prompt_retention_days") @Min(1) @Max(MOST_DAYS)
                @Nullable Integer promptRetentionDays,
        @JsonProperty("clip_retention_days") @Min(1) @Max(MOST_DAYS)
                @Nullable Integer clipRetentionDays) {

    // A century in days; with much more the oldest day kept would have no date.
    static final int MOST_DAYS = 36_500;

    public static TeamChange of(TeamSpec team) {
        return new TeamChange(
                team.name(),
                team.monthlyQuota(),
                team.maxInFlight(),
                team.generatePerMinute(),
                team.weight(),
                team.softLimits(),
                team.costCenter(),
                team.promptRetentionDays(),
                team.clipRetentionDays());
    }

    public TeamSpec settings() {
        return new TeamSpec(
                name,
                costCenter,
                monthlyQuota,
                maxInFlight,
                generatePerMinute,
                weight == null ? 1 : weight,
                Boolean.TRUE.equals(softLimits),
                promptRetentionDays,
                clipRetentionDays);
    }
}
