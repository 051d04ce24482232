package dev.seedgate.billing.integrity;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The admin API of the ledger check: whether the books add up. */
@RestController
@RequestMapping(path = "/admin/api/ledger-check", produces = MediaType.APPLICATION_JSON_VALUE)
class LedgerCheckController {

    private final LedgerVerifier verifier;

    LedgerCheckController(LedgerVerifier verifier) {
        this.verifier = verifier;
    }

    @Operation(
            operationId = "getLedgerCheck",
            summary = "See whether the books add up",
            description =
                    "The ledger check looks at what is new in the ledger as it is summed, up to checked_until, and goes round all accounts, tasks and days in small steps; drift counts what did not add up when it last came by.")
    @GetMapping
    LedgerCheckAnswer report() {
        return LedgerCheckAnswer.of(verifier.report());
    }

    /**
     * Up to when what is new is checked; when the present round through the whole ledger began, and
     * from when to when the last whole one went.
     */
    record LedgerCheckAnswer(
            int drift,
            @JsonProperty("checked_until") @Nullable Instant checkedUntil,
            @JsonProperty("began_at") Instant beganAt,
            @JsonProperty("completed_from") @Nullable Instant completedFrom,
            @JsonProperty("completed_at") @Nullable Instant completedAt,
            List<FindingAnswer> findings) {

        static LedgerCheckAnswer of(VerificationReport report) {
            return new LedgerCheckAnswer(
                    report.findings().size(),
                    report.checkedUntil(),
                    report.beganAt(),
                    report.completedFrom(),
                    report.completedAt(),
                    report.findings().stream().map(FindingAnswer::of).toList());
        }
    }

    /** What does not add up: which rule, which task or team, and how. */
    record FindingAnswer(
            String rule,
            String subject,
            String detail,
            @JsonProperty("first_seen") Instant firstSeen,
            @JsonProperty("last_seen") Instant lastSeen) {

        static FindingAnswer of(LedgerFinding finding) {
            return new FindingAnswer(
                    finding.rule(),
                    finding.subject(),
                    finding.detail(),
                    finding.firstSeen(),
                    finding.lastSeen());
        }
    }
}
