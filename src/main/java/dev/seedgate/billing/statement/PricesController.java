package dev.seedgate.billing.statement;

import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.FailsWith;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.math.BigDecimal;
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
}
