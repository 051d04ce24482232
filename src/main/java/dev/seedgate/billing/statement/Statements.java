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
import dev.seedgate.platform.web.api.CsvColumn;
import dev.seedgate.platform.web.api.CsvWriter;
import java.math.BigDecimal;
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

    private static final List<CsvColumn<Row>> COLUMNS =
            List.of(
                    new CsvColumn<>("month", it -> it.statement().month()),
                    new CsvColumn<>("state", it -> it.statement().state()),
                    new CsvColumn<>("team", it -> it.team().team()),
                    new CsvColumn<>("name", it -> it.team().name()),
                    new CsvColumn<>("cost_center", it -> it.team().costCenter()),
                    new CsvColumn<>("quota", it -> it.team().quota()),
                    new CsvColumn<>("opening_top_ups", it -> it.team().openingTopUps()),
                    new CsvColumn<>("granted", it -> it.team().granted()),
                    new CsvColumn<>("taken_back", it -> it.team().takenBack()),
                    new CsvColumn<>("spent_top_ups", it -> it.team().spentTopUps()),
                    new CsvColumn<>("sandbox_top_ups", it -> it.team().sandboxTopUps()),
                    new CsvColumn<>("closing_top_ups", it -> it.team().closingTopUps()),
                    new CsvColumn<>("charged", it -> it.team().charged()),
                    new CsvColumn<>("refunded", it -> it.team().refunded()),
                    new CsvColumn<>("net", it -> it.team().net()),
                    new CsvColumn<>("possible_loss", it -> it.team().possibleLoss()),
                    new CsvColumn<>("amount", it -> decimal(it.team().amount())),
                    new CsvColumn<>("currency", it -> it.statement().currency()),
                    new CsvColumn<>("number", it -> it.team().number()),
                    new CsvColumn<>("open_tasks", it -> it.team().openTasks()),
                    new CsvColumn<>("held", it -> it.team().held()),
                    new CsvColumn<>("company", it -> it.statement().company()));

    private final JdbcClient jdbc;
    private final BillingCalendar calendar;
    private final StatementCalculator calculator;
    private final Prices prices;
    private final LedgerVerifier verifier;
    private final AuditLog audit;
    private final TransactionOperations transaction;
    private final ReportSettings settings;

    Statements(
            JdbcClient jdbc,
            BillingCalendar calendar,
            StatementCalculator calculator,
            Prices prices,
            LedgerVerifier verifier,
            AuditLog audit,
            TransactionOperations transaction,
            ReportSettings settings) {
        this.jdbc = jdbc;
        this.verifier = verifier;
        this.audit = audit;
        this.transaction = transaction;
        this.calendar = calendar;
        this.calculator = calculator;
        this.prices = prices;
        this.settings = settings;
    }

    /** The month's statement; a malformed or coming month is {@code INVALID_REQUEST}. */
    public StatementDocument get(String text) {
        YearMonth month = BillingCalendar.month(text);
        return findClosed(month).orElseGet(() -> preview(month));
    }

    /** The month that goes on. */
    public YearMonth current() {
        return calendar.now().month();
    }

    /** From when on a month can be closed: all that was begun within it is written by then. */
    public Instant closableFrom(YearMonth month) {
        return closableFrom(month, calendar.now());
    }

    private Instant closableFrom(YearMonth month, Moment now) {
        return BillingCalendar.month(month, now.zone()).to().plus(settings.statementCloseDelay());
    }

    /** One row a team. */
    public CsvBody csv(String text) {
        Statement statement = get(text).statement();
        return out -> {
            CsvWriter csv = new CsvWriter(out);
            csv.header(COLUMNS);
            statement.teams().forEach(team -> csv.row(COLUMNS, new Row(statement, team)));
            csv.flush();
        };
    }

    /**
     * Freezes a month, once: closing again answers the same document. {@code MONTH_NOT_OVER} until
     * an hour after its end, {@code BOOKS_NOT_AUDITED} until the ledger check has been round since,
     * {@code BOOKS_DO_NOT_ADD_UP} while it has findings.
     */
    public StatementDocument close(String text, @Nullable String reason, Actor actor) {
        YearMonth month = BillingCalendar.month(text);
        return findClosed(month).orElseGet(() -> freeze(month, reason, actor));
    }

    /** Takes a closed month up again; the frozen document is kept. */
    public StatementDocument reopen(String text, String reason, Actor actor) {
        YearMonth month = BillingCalendar.month(text);
        transaction.executeWithoutResult(_ -> markReopened(month, reason, actor));
        return preview(month);
    }

    private void markReopened(YearMonth month, String reason, Actor actor) {
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
        return StatementDocument.of(
                calculator.calculate(month, now, prices.currency(), null), null);
    }

    private StatementDocument freeze(YearMonth month, @Nullable String reason, Actor actor) {
        Moment now = calendar.now();
        Instant closable = closableFrom(month, now);
        if (now.now().isBefore(closable)) {
            throw new ApiException(
                    ErrorCode.MONTH_NOT_OVER,
                    "%s can be closed from %s on.".formatted(month, closable));
        }
        verifier.requireCleanRoundSince(BillingCalendar.month(month, now.zone()).to());
        int price = prices.version();
        String json =
                StatementDocument.of(
                                calculator.calculate(month, now, prices.currency(), actor.name()),
                                null)
                        .json();
        if (!Boolean.TRUE.equals(
                transaction.execute(_ -> store(month, json, price, reason, actor)))) {
            // A price was set while the month was being counted.
            return freeze(month, reason, actor);
        }
        // Whoever was first has closed it.
        return findClosed(month)
                .orElseThrow(() -> new IllegalStateException(month + " is not closed"));
    }

    private boolean store(
            YearMonth month, String json, int price, @Nullable String reason, Actor actor) {
        if (!prices.lockIfStill(price)) {
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

    private Optional<StatementDocument> findClosed(YearMonth month) {
        LocalDate first = month.atDay(1);
        return jdbc.sql(
                        "select document, digest from statement where month = :month and reopened_at is null")
                .param("month", first)
                .query((row, _) ->
                        new StatementDocument(row.getString("document"), row.getString("digest")))
                .optional();
    }

    private static @Nullable BigDecimal decimal(@Nullable String text) {
        return text == null ? null : new BigDecimal(text);
    }

    /** A row of the CSV. */
    private record Row(Statement statement, Statement.TeamBill team) {}
}
