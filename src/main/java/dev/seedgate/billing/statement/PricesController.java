package dev.seedgate.billing.statement;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.FailsWith;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of the prices of a credit. */
@RestController
@RequestMapping(path = "/admin/api/prices", produces = MediaType.APPLICATION_JSON_VALUE)
class PricesController {

    private final Prices prices;

    PricesController(Prices prices) {
        this.prices = prices;
    }

    @Operation(
            operationId = "listPrices",
            summary = "List the prices of a credit",
            description = "All versions, the newest first.")
    @GetMapping
    Page<Price> list() {
        return new Page<>(prices.list(), null);
    }

    @Operation(
            operationId = "setPrice",
            summary = "Set the price of a credit from a day on",
            description =
                    "Statements of open months count with it: a charge at the price of its day, a refund at the price of its charge. A later version for the same day takes its place.")
    @FailsWith(ErrorCode.MONTH_CLOSED)
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Price set(@AuthenticationPrincipal Actor actor, @Valid @RequestBody PriceRequest request) {
        return prices.set(
                request.effectiveFrom(),
                request.currency(),
                new BigDecimal(request.perCredit()),
                actor);
    }

    /** {@code per_credit} is a decimal in a text: no reader bends it. */
    record PriceRequest(
            @JsonProperty("effective_from") @NotNull LocalDate effectiveFrom,
            @NotNull @Pattern(regexp = "[A-Z]{3}", message = "must be a code like EUR")
                    String currency,
            @JsonProperty("per_credit")
                    @NotNull
                    @Pattern(
                            regexp = "[0-9]{1,10}(\\.[0-9]{1,10})?",
                            message = "must be a decimal in a text like \"0.0125\"")
                    String perCredit) {}
}
