package dev.seedgate.billing.usage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.FailsWith;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The team API of a team's own usage report. */
@RestController
@RequestMapping("/api")
class UsageController {

    private final UsageReports reports;

    UsageController(UsageReports reports) {
        this.reports = reports;
    }

    @Operation(
            operationId = "usage",
            summary = "See what the team has used",
            description =
                    "group_by takes project, cost_center, preset, key, day and month; a key is told by its id, with its name (key). from and to are dates of the billing zone or instants, half-open, by default the current month. A figure belongs to the day of its movement. One report at a time; format=csv or Accept: text/csv answers the rows alone. bom=1 puts a byte order mark in front, for spreadsheets.")
    @FailsWith(ErrorCode.TEAM_RATE_LIMITED)
    @GetMapping(
            path = "/usage",
            produces = {MediaType.APPLICATION_JSON_VALUE, CsvBody.TYPE})
    @Nullable UsageEnvelope usage(
            @AuthenticationPrincipal AuthenticatedTeam caller,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String to,
            @RequestParam(name = "group_by", defaultValue = "") List<String> groupBy,
            @RequestParam(required = false) @Nullable String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        UsageQuery query = new UsageQuery(caller.teamId(), from, to, groupBy);
        if (CsvBody.wanted(format, request)) {
            reports.csv(query).send(response, reports.fileName(), bom);
            return null;
        }
        return new UsageEnvelope(200, "success", reports.report(query));
    }

    /** The report, in the vendor's form. */
    @JsonPropertyOrder({"code", "message", "data"})
    record UsageEnvelope(int code, String message, UsageReport data) {}
}
