package dev.seedgate.billing.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A report of usage: a row a group, each with the columns it is grouped by and then the figures of
 * the total.
 *
 * @param sandbox there and true when all of this is the sandbox's; real figures don't have it
 */
public record UsageReport(
        @ArraySchema(schema = @Schema(ref = "#/components/schemas/UsageRow"))
                List<Map<String, @Nullable Object>> rows,
        UsageTotal total,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sandbox) {

    /**
     * The total of all groups.
     *
     * @param charged credits held or kept, on the day of the create
     * @param refunded credits given back, on the day they were
     * @param seconds of video that succeeded
     * @param successRate of what ended, with four decimals; null when nothing did
     */
    public record UsageTotal(
            long created,
            long succeeded,
            long failed,
            long uncertain,
            long charged,
            long refunded,
            long net,
            long seconds,
            @JsonProperty("success_rate") @Nullable BigDecimal successRate,
            @JsonProperty("median_render_seconds") @Nullable BigDecimal medianRenderSeconds,
            @JsonProperty("p95_render_seconds") @Nullable BigDecimal p95RenderSeconds) {}
}
