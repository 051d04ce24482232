package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.CreditAmounts;
import dev.seedgate.platform.web.api.SingleLine;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Request for a new team; null limits mean unlimited. */
public record TeamRequest(
        @NotNull
                @Pattern(
                        regexp = SLUG,
                        message = "must be 1 to 63 of a-z 0-9 _ -, starting with a letter or digit")
                String slug,
        @NotBlank @SingleLine @Size(max = 200) String name,
        @JsonProperty("monthly_quota") @Min(0) @Max(CreditAmounts.MAX) @Nullable Long monthlyQuota,
        @JsonProperty("max_in_flight") @PositiveOrZero @Nullable Integer maxInFlight,
        @JsonProperty("generate_per_minute") @Min(1) @Nullable Integer generatePerMinute,
        @Min(1) @Max(100) @Nullable Integer weight,
        @JsonProperty("soft_limits") @Nullable Boolean softLimits,
        @JsonProperty("cost_center") @SingleLine @Size(min = 1, max = 64)
                @Nullable String costCenter,
        @JsonProperty("prompt_retention_days") @Min(1) @Max(TeamChange.MOST_DAYS)
                @Nullable Integer promptRetentionDays,
        @JsonProperty("clip_retention_days") @Min(1) @Max(TeamChange.MOST_DAYS)
                @Nullable Integer clipRetentionDays) {

    static final String SLUG = "[a-z0-9][a-z0-9_-]{0,62}";

    public TeamSpec settings() {
        return new TeamChange(
                        name,
                        monthlyQuota,
                        maxInFlight,
                        generatePerMinute,
                        weight,
                        softLimits,
                        costCenter,
                        promptRetentionDays,
                        clipRetentionDays)
                .settings();
    }
}
