package dev.seedgate.credit.balance;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.RequiredIdempotencyKey;
import dev.seedgate.vendor.client.Vendor;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of the company's credits at the vendor. */
@RestController
@RequestMapping(path = "/admin/api/vendor-balance", produces = MediaType.APPLICATION_JSON_VALUE)
class VendorBalanceController {

    private final VendorBalance balance;
    private final Vendor vendor;

    VendorBalanceController(VendorBalance balance, Vendor vendor) {
        this.balance = balance;
        this.vendor = vendor;
    }

    @Operation(
            operationId = "getPool",
            summary = "See what is left at the vendor and when it is gone",
            description =
                    "An estimate: the recorded purchases less what the vendor took, which is its own figure for each id it gave, else the price of what it accepted or perhaps accepted. Burn is net of what it gave back, over the last 7 and 28 days of the billing zone, today included. balance is null while no purchase is recorded, a day of dry_on when it is not known or never. today and this_month are what the company spends in the day and the month of the billing zone, with its caps.")
    @GetMapping
    VendorBalanceAnswer get() {
        return VendorBalanceAnswer.of(vendor, balance.state(vendor.name()));
    }

    @Operation(
            operationId = "listPurchases",
            summary = "List what was bought at the vendor",
            description = "Newest first; send next_cursor as cursor for the next page.")
    @GetMapping("/purchases")
    Page<CreditPurchase> purchases(
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        return balance.purchases(vendor.name(), IdCursor.id(cursor), PageSize.checked(limit));
    }

    @Operation(
            operationId = "recordPurchase",
            summary = "Record credits bought at the vendor",
            description =
                    "Buys nothing: it tells the gateway. Negative credits correct the balance downwards.")
    @FailsWith({ErrorCode.INVALID_IDEMPOTENCY_KEY, ErrorCode.IDEMPOTENCY_KEY_REUSED})
    @PostMapping("/purchases")
    @ResponseStatus(HttpStatus.CREATED)
    CreditPurchase record(
            @AuthenticationPrincipal Actor actor,
            @RequiredIdempotencyKey @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable String idempotencyKey,
            @Valid @RequestBody PurchaseRequest request) {
        return balance.record(
                vendor.name(), request.purchase(IdempotencyKey.required(idempotencyKey)), actor);
    }

    record VendorBalanceAnswer(
            String upstream,
            boolean sandbox,
            long purchased,
            long taken,
            @Nullable Long balance,
            @JsonProperty("burn_per_day") BurnAnswer burnPerDay,
            @JsonProperty("dry_on") DryAnswer dryOn,
            @Nullable Long reserve,
            @JsonProperty("below_reserve") boolean belowReserve,
            SpendingAnswer today,
            @JsonProperty("this_month") SpendingAnswer thisMonth) {

        static VendorBalanceAnswer of(Vendor vendor, VendorBalanceState state) {
            return new VendorBalanceAnswer(
                    vendor.name(),
                    vendor.isSandbox(),
                    state.purchased() == null ? 0 : state.purchased(),
                    state.taken(),
                    state.balance(),
                    new BurnAnswer(state.lastWeek().perDay(), state.lastFourWeeks().perDay()),
                    new DryAnswer(
                            state.depletedOn(state.lastWeek()),
                            state.depletedOn(state.lastFourWeeks())),
                    state.reserve(),
                    state.belowReserve(),
                    SpendingAnswer.of(state.day()),
                    SpendingAnswer.of(state.month()));
        }
    }

    /**
     * Credits that the vendor took in the time, with what waits to be sent. From {@code cap} on
     * creates are refused; null = never.
     */
    record SpendingAnswer(long spent, @Nullable Long cap, boolean reached, Instant until) {

        static SpendingAnswer of(VendorBalanceState.Spending spending) {
            return new SpendingAnswer(
                    spending.credits(), spending.cap(), spending.reached(), spending.until());
        }
    }

    /** Credits a day, as the average of the last days. */
    record BurnAnswer(
            @JsonProperty("last_7_days") long last7Days,
            @JsonProperty("last_28_days") long last28Days) {}

    /** The day on which nothing is left, at the pace of these days. */
    record DryAnswer(
            @JsonProperty("last_7_days") @Nullable LocalDate last7Days,
            @JsonProperty("last_28_days") @Nullable LocalDate last28Days) {}
}
