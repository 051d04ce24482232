package dev.seedgate.console;

import dev.seedgate.billing.Statement;
import dev.seedgate.billing.StatementDocument;
import dev.seedgate.billing.Statements;
import io.swagger.v3.oas.annotations.Hidden;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** A month's statements, and each team's as a page to print. */
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

    @GetMapping("/console/statements/{month}")
    String month(@PathVariable String month, Model model) {
        Statement statement = add(month, model);
        YearMonth shown = YearMonth.parse(statement.month());
        model.addAttribute("before", shown.minusMonths(1));
        model.addAttribute(
                "after", shown.isBefore(statements.current()) ? shown.plusMonths(1) : null);
        return "console/statements";
    }

    @GetMapping("/console/statements/{month}/{team}")
    String team(@PathVariable String month, @PathVariable String team, Model model) {
        Statement statement = add(month, model);
        model.addAttribute("bill", statement.bill(team));
        model.addAttribute(
                "asOf", MINUTE.format(statement.asOf().atZone(ZoneId.of(statement.billingZone()))));
        return "console/statement";
    }

    private Statement add(String month, Model model) {
        StatementDocument document = statements.get(month);
        Statement statement = document.statement();
        model.addAttribute("statement", statement);
        model.addAttribute("month", MONTH.format(YearMonth.parse(statement.month())));
        model.addAttribute("digest", document.digest());
        return statement;
    }
}
