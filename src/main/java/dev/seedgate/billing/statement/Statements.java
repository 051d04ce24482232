package dev.seedgate.billing.statement;

import dev.seedgate.billing.integrity.LedgerVerifier;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.database.BillingCalendar;
import dev.seedgate.platform.database.BillingCalendar.Moment;
import dev.seedgate.platform.reporting.ReportSettings;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.web.api.CsvBody;
import dev.seedgate.platform.web.api.CsvWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Monthly statements: a preview while the month is open, a frozen document once it is closed.
 * Closing stores the text that was answered, so that a later release of the gateway can't say
 * anything else.
 */
@Service
public class Statements {

    private final JdbcClient jdbc;
    private final BillingCalendar calendar;
    private final StatementCalculator bills;
    private final Prices prices;
    private final LedgerVerifier auditor;
    private final AuditLog audit;
    private final TransactionOperations transaction;
    private final ReportSettings settings;

    Statements(
            JdbcClient jdbc,
            BillingCalendar calendar,
            StatementCalculator bills,
            Prices prices,
            LedgerVerifier auditor,
            AuditLog audit,
            TransactionOperations transaction,
            ReportSettings settings) {
        this.jdbc = jdbc;
        this.auditor = auditor;
        this.audit = audit;
        this.transaction = transaction;
        this.calendar = calendar;
        this.bills = bills;
        this.prices = prices;
        this.settings = settings;
    }

    /** The month's statement; a malformed or coming month is {@code INVALID_REQUEST}. */
    public StatementDocument get(String text) {
        YearMonth month = BillingCalendar.month(text);
        return closed(month).orElseGet(() -> preview(month));
    }

    /** The month that goes on. */
    public YearMonth current() {
        return calendar.now().month();
    }

    /** One row a team. */
    public CsvBody csv(String text) {
        Statement statement = get(text).statement();
        return out -> {
            CsvWriter csv = new CsvWriter(out);
            List.of(
                            "month",
                            "state",
                            "team",
                            "name",
                            "cost_center",
                            "quota",
                            "opening_top_ups",
                            "granted",
                            "taken_back",
                            "spent_top_ups",
                            "sandbox_top_ups",
                            "closing_top_ups",
                            "charged",
                            "refunded",
                            "net",
                            "possible_loss",
                            "amount",
                            "currency",
                            "number",
                            "open_tasks",
                            "held",
                            "company")
                    .forEach(csv::text);
            csv.end();
            statement.teams().forEach(team -> write(csv, statement, team));
            csv.flush();
        };
    }

    /**
     * Freezes a month, once: closing again answers the same document. {@code MONTH_NOT_OVER} until
     * an hour after its end, {@code BOOKS_NOT_AUDITED} until the auditor has been round since,
     * {@code BOOKS_DO_NOT_ADD_UP} while it has findings.
     */
    public StatementDocument close(String text, @Nullable String reason, Actor actor) {
        YearMonth month = BillingCalendar.month(text);
        return closed(month).orElseGet(() -> freeze(month, reason, actor));
    }

    /** Takes a closed month up again; the frozen document is kept. */
    public StatementDocument reopen(String text, String reason, Actor actor) {
        YearMonth month = BillingCalendar.month(text);
        transaction.executeWithoutResult(_ -> open(month, reason, actor));
        return preview(month);
    }

    private void open(YearMonth month, String reason, Actor actor) {
        String digest =
                jdbc.sql(
                                """
                                update statement set reopened_at = gateway_now(), reopened_by = :actor,
                                    reopen_reason = :reason
                                where month = :month and reopened_at is null
                                returning digest
                                """)
                        .param("actor", actor.name())
                        .param("reason", reason)
                        .param("month", month.atDay(1))
                        .query(String.class)
                        .optional()
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.MONTH_NOT_CLOSED, month + " is not closed."));
        audit.record(
                new Change(
                        "statement.reopen",
                        "statement:" + month,
                        Map.of("digest", digest),
                        null,
                        reason),
                actor);
    }

    private StatementDocument preview(YearMonth month) {
        Moment now = calendar.now();
        if (month.isAfter(now.month())) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "month must not be after the current one.");
        }
        return StatementDocument.of(bills.of(month, now, prices.currency(), null), null);
    }

    private StatementDocument freeze(YearMonth month, @Nullable String reason, Actor actor) {
        Moment now = calendar.now();
        Instant closable =
                BillingCalendar.month(month, now.zone()).to().plus(settings.statementCloseDelay());
        if (now.now().isBefore(closable)) {
            throw new ApiException(
                    ErrorCode.MONTH_NOT_OVER,
                    "%s can be closed from %s on.".formatted(month, closable));
        }
        auditor.vouch(BillingCalendar.month(month, now.zone()).to());
        int price = prices.version();
        String json =
                StatementDocument.of(bills.of(month, now, prices.currency(), actor.name()), null)
                        .json();
        if (!Boolean.TRUE.equals(
                transaction.execute(_ -> store(month, json, price, reason, actor)))) {
            // A price was set while the month was being counted.
            return freeze(month, reason, actor);
        }
        // Whoever was first has closed it.
        return closed(month).orElseThrow(() -> new IllegalStateException(month + " is not closed"));
    }

    private boolean store(
            YearMonth month, String json, int price, @Nullable String reason, Actor actor) {
        if (!prices.hold(price)) {
            return false;
        }
        String digest = Sha256.hex(json);
        int stored =
                jdbc.sql(
                                """
                                insert into statement (month, document, digest, closed_by)
                                values (:month, :document, :digest, :actor)
                                on conflict (month) where reopened_at is null do nothing
                                """)
                        .param("month", month.atDay(1))
                        .param("document", json)
                        .param("digest", digest)
                        .param("actor", actor.name())
                        .update();
        if (stored == 1) {
            audit.record(
                    new Change(
                            "statement.close",
                            "statement:" + month,
                            null,
                            Map.of("digest", digest),
                            reason),
                    actor);
        }
        return true;
    }

    private Optional<StatementDocument> closed(YearMonth month) {
        LocalDate first = month.atDay(1);
        return jdbc.sql(
                        "select document, digest from statement where month = :month and reopened_at is null")
                .param("month", first)
                .query((row, _) ->
                        new StatementDocument(row.getString("document"), row.getString("digest")))
                .optional();
    }

    private static void write(CsvWriter csv, Statement statement, Statement.TeamBill team) {
        csv.text(statement.month());
        csv.text(statement.state().name());
        csv.text(team.team());
        csv.text(team.name());
        csv.text(team.costCenter());
        csv.number(team.quota());
        csv.number(team.openingTopUps());
        csv.number(team.granted());
        csv.number(team.takenBack());
        csv.number(team.spentTopUps());
        csv.number(team.sandboxTopUps());
        csv.number(team.closingTopUps());
        csv.number(team.charged());
        csv.number(team.refunded());
        csv.number(team.net());
        csv.number(team.possibleLoss());
        csv.decimal(team.amount());
        csv.text(statement.currency());
        csv.text(team.number());
        csv.number(team.openTasks());
        csv.number(team.held());
        csv.text(statement.company());
        csv.end();
    }
}
