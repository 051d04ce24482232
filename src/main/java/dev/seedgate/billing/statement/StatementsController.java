package dev.seedgate.billing.statement;

import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.ReasonRequest;
import dev.seedgate.platform.web.api.SingleLine;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of monthly statements. */
@RestController
@RequestMapping(
        path = "/admin/api/reports/statements/{month}",
        produces = MediaType.APPLICATION_JSON_VALUE)
class StatementsController {

    // SHA-256 of the body, in hexadecimal.
    private static final String DIGEST = "X-Statement-Digest";

    private final Statements statements;

    StatementsController(Statements statements) {
        this.statements = statements;
    }

    @Operation(
            operationId = "statement",
            summary = "Read a month's statement",
            description =
                    "Team by team; of an open month a preview. A closed month's is the frozen document, to the byte; X-Statement-Digest is the SHA-256 of the body. format=csv or Accept: text/csv answers a row a team. bom=1 puts a byte order mark in front, for spreadsheets. The sandbox's tasks cost nothing here.")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content = @Content(schema = @Schema(implementation = Statement.class)))
    @GetMapping(produces = {MediaType.APPLICATION_JSON_VALUE, CsvBody.TYPE})
    void get(
            @PathVariable String month,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (CsvBody.wanted(format, request)) {
            statements.csv(month).send(response, "statement-" + month, bom);
        } else {
            send(statements.get(month), response);
        }
    }

    @Operation(
            operationId = "closeStatement",
            summary = "Close a month",
            description =
                    "Freezes its statement, from an hour after its end on, when the ledger check has since been through all the books and finds nothing. Closing again answers the same document.")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Statement.class)))
    @FailsWith({
        ErrorCode.MONTH_NOT_OVER,
        ErrorCode.BOOKS_DO_NOT_ADD_UP,
        ErrorCode.BOOKS_NOT_AUDITED
    })
    @PostMapping("/close")
    void close(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String month,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request,
            HttpServletResponse response)
            throws IOException {
        send(statements.close(month, ReasonRequest.of(request), actor), response);
    }

    @Operation(
            operationId = "reopenStatement",
            summary = "Open a closed month again",
            description = "Needs a reason; the frozen document is kept beside. Answers a preview.")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Statement.class)))
    @FailsWith(ErrorCode.MONTH_NOT_CLOSED)
    @PostMapping("/reopen")
    void reopen(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String month,
            @Valid @RequestBody ReopenRequest request,
            HttpServletResponse response)
            throws IOException {
        send(statements.reopen(month, request.reason(), actor), response);
    }

    private static void send(StatementDocument document, HttpServletResponse response)
            throws IOException {
        if (document.digest() != null) {
            response.setHeader(DIGEST, document.digest());
        }
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(document.json().getBytes(StandardCharsets.UTF_8));
    }

    /** Why it is opened again. */
    record ReopenRequest(@NotBlank @SingleLine @Size(max = 500) String reason) {}
}
