package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.billing.statement.Statement;
import dev.seedgate.billing.statement.StatementDocument;
import dev.seedgate.billing.statement.Statements;
import dev.seedgate.platform.web.api.CsvBody;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The console's pages of statements: a month's list, and each team's as a page to print. */
@Hidden
@Controller("statementPages")
class StatementsController {

    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ENGLISH);

    private final Statements statements;

    StatementsController(Statements statements) {
        this.statements = statements;
    }

    @GetMapping("/console/statements")
    String current(Model model) {
        return month(statements.current().toString(), model);
    }

    /** The same as a file, for who has no key of the API. */
    @GetMapping(path = "/console/statements/{month}", params = "format")
    void csv(
            @PathVariable String month,
            @RequestParam String format,
            @RequestParam(required = false) @Nullable String bom,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CsvBody.require(format, request);
        statements.csv(month).send(response, "statement-" + month, bom);
    }

    @GetMapping(path = "/console/statements/{month}", params = "!format")
    String month(@PathVariable String month, Model model) {
        Statement statement = add(month, model);
        YearMonth shown = YearMonth.parse(statement.month());
        model.addAttribute("before", shown.minusMonths(1));
        model.addAttribute(
                "after", shown.isBefore(statements.current()) ? shown.plusMonths(1) : null);
        return "console/statements";
    }

    /** Closes a month that is over; why it can't be is said on a page. */
    @PostMapping("/console/statements/{month}/close")
    String close(@AuthenticationPrincipal ConsolePrincipal who, @PathVariable String month) {
        statements.close(month, null, who.actor());
        return "redirect:/console/statements/" + month;
    }

    @GetMapping("/console/statements/{month}/{team}")
    String team(@PathVariable String month, @PathVariable String team, Model model) {
        Statement statement = add(month, model);
        model.addAttribute("bill", statement.bill(team));
        return "console/statement";
    }

    private Statement add(String month, Model model) {
        StatementDocument document = statements.get(month);
        Statement statement = document.statement();
        model.addAttribute("statement", statement);
        model.addAttribute("month", MONTH.format(YearMonth.parse(statement.month())));
        model.addAttribute("digest", document.digest());
        model.addAttribute(
                "asOf", MINUTE.format(statement.asOf().atZone(ZoneId.of(statement.billingZone()))));
        return statement;
    }
}
