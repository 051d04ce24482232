package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.platform.web.api.Envelope;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.JsonBodyParser;
import dev.seedgate.task.lifecycle.Order;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The call that quotes the price of a clip. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class QuoteController {

    private final Quotes quotes;
    private final OrderParser orders;
    private final JsonBodyParser json;

    QuoteController(Quotes quotes, OrderParser orders, JsonBodyParser json) {
        this.quotes = quotes;
        this.orders = orders;
        this.json = json;
    }

    @Operation(
            summary = "Ask what a clip would cost",
            description =
                    "The body is that of an order. Nothing is charged or kept: accepted says whether it would be taken at this moment, error and message why not.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            required = true,
            content = @Content(schema = @Schema(ref = OrderSchema.NAME)))
    @FailsWith({
        ErrorCode.INVALID_PROMPT,
        ErrorCode.INVALID_ASPECT_RATIO,
        ErrorCode.INVALID_DURATION,
        ErrorCode.INVALID_SOUND,
        ErrorCode.INVALID_IMAGE_URLS
    })
    @PostMapping("/quote")
    Envelope<Quote> quote(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestAttribute(RequestId.ATTRIBUTE) String requestId,
            RequestEntity<byte[]> request) {
        JsonNode body = json.required(request);
        return Envelope.success(
                quotes.quote(caller, new Order(orders.read(body), null, null, requestId, null)));
    }
}
