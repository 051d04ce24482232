package dev.seedgate.billing.statement;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A month's bill, team by team. Credits are whole; amounts are decimals in texts, in the currency's
 * digits. The sandbox's tasks cost nothing here; the top-ups they took are listed so that the
 * balance adds up.
 *
 * @param asOf when it was made; a closed one says nothing later
 * @param closedBy null while the month is open
 * @param currency null while there is no price
 * @param company the name of who bills, null where none is set
 */
public record Statement(
        String month,
        State state,
        @JsonProperty("billing_zone") String billingZone,
        @JsonProperty("as_of") Instant asOf,
        @JsonProperty("closed_by") @Nullable String closedBy,
        @Nullable String currency,
        @Nullable String company,
        List<TeamBill> teams,
        BillTotal total) {

    /** A team's bill; {@code TEAM_NOT_FOUND} when it is no part of the month. */
    public TeamBill bill(String team) {
        return teams.stream()
                .filter(it -> it.team().equals(team))
                .findFirst()
                .orElseThrow(() ->
                        new ApiException(
                                ErrorCode.TEAM_NOT_FOUND,
                                "There is no team " + team + " in " + month + "."));
    }

    /** The state of a statement: an open one can still change. */
    public enum State {
        OPEN,
        CLOSED
    }

    /**
     * A team's month. Opening and granted less taken back, spent and sandbox is closing.
     *
     * @param spentTopUps of net, what was not the quota's; negative when more came back
     * @param net charged less refunded
     * @param possibleLoss refunded without knowing what the vendor took: the company's, not the
     *     team's
     * @param amount of net; null when a day of the month has no price
     * @param number tells this bill from all others; null in months closed before there were any
     * @param openTasks of the month's, how many have not ended; null like the number
     * @param held what they hold, which is part of charged and may still come back
     */
    public record TeamBill(
            String team,
            String name,
            @JsonProperty("cost_center") @Nullable String costCenter,
            @Nullable Long quota,
            @JsonProperty("opening_top_ups") long openingTopUps,
            long granted,
            @JsonProperty("taken_back") long takenBack,
            @JsonProperty("spent_top_ups") long spentTopUps,
            @JsonProperty("sandbox_top_ups") long sandboxTopUps,
            @JsonProperty("closing_top_ups") long closingTopUps,
            long charged,
            long refunded,
            long net,
            @JsonProperty("possible_loss") long possibleLoss,
            @Nullable String amount,
            List<BillLine> lines,
            @Nullable String number,
            @JsonProperty("open_tasks") @Nullable Long openTasks,
            @Nullable Long held) {}

    /**
     * A team's use by project and preset.
     *
     * @param perCredit the price; null when days had different ones, or none
     * @param amount of net, exact: it is rounded for the team as a whole; null when a day has no
     *     price
     */
    public record BillLine(
            @Nullable String project,
            String preset,
            long created,
            long succeeded,
            long failed,
            long charged,
            long refunded,
            long net,
            @JsonProperty("per_credit") @Nullable String perCredit,
            @Nullable String amount) {}

    /** All teams; the amount is the sum of theirs. */
    public record BillTotal(
            long charged,
            long refunded,
            long net,
            @JsonProperty("possible_loss") long possibleLoss,
            @Nullable String amount) {}
}
