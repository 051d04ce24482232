package dev.seedgate.operations.console;

import dev.seedgate.billing.integrity.Reconciliation;
import dev.seedgate.billing.integrity.VerificationReport;
import dev.seedgate.billing.statement.Statement;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What stands in the way of closing a month, as far as it can be seen before one tries. */
record MonthClose(List<Check> checks) {

    private static final DisplayFormat SHOW = new DisplayFormat();

    /**
     * The checks.
     *
     * @param end of the month
     * @param closable from when on it can be closed
     * @param unchecked what the ledger check still has to go through, null for nothing
     * @param uncertain tasks of the month with an unknown outcome
     */
    static MonthClose of(
            YearMonth month,
            Instant end,
            Instant closable,
            Instant now,
            Statement statement,
            VerificationReport audit,
            @Nullable String unchecked,
            Reconciliation reconciliation,
            long uncertain) {
        boolean over = !now.isBefore(closable);
        long open =
                statement.teams().stream()
                        .map(Statement.TeamBill::openTasks)
                        .filter(Objects::nonNull)
                        .mapToLong(Long::longValue)
                        .sum();
        boolean priced = statement.total().amount() != null;
        String from = month.atDay(1).toString();
        String to = month.plusMonths(1).atDay(1).toString();
        String tasks = TaskListFilter.PATH + "?from=" + from + "&to=" + to + "&phase=";
        return new MonthClose(
                List.of(
                        new Check(
                                over,
                                true,
                                over
                                        ? "The month is over."
                                        : now.isBefore(end)
                                                ? "The month still goes on."
                                                : "The month is over, and can be closed from %s on."
                                                        .formatted(SHOW.minute(closable)),
                                null),
                        new Check(
                                audit.findings().isEmpty(),
                                true,
                                audit.findings().isEmpty()
                                        ? "The ledger check has no findings."
                                        : "The ledger check found what does not add up: %d."
                                                .formatted(audit.findings().size()),
                                audit.findings().isEmpty() ? null : "#findings"),
                        new Check(
                                over && unchecked == null,
                                true,
                                !over
                                        ? "The ledger check has to go round once after the month’s end."
                                        : unchecked == null
                                                ? "The ledger check has been round since the month ended."
                                                : unchecked,
                                null),
                        new Check(
                                uncertain == 0,
                                false,
                                uncertain == 0
                                        ? "No outcome is unknown."
                                        : uncertain + " UNCERTAIN or EXPIRED: resolve them first.",
                                uncertain == 0 ? null : tasks + "UNCERTAIN,EXPIRED"),
                        new Check(
                                open == 0,
                                false,
                                open == 0
                                        ? "Every task has ended."
                                        : open + " unsettled: their charge may still come back.",
                                open == 0 ? null : tasks + "QUEUED,SUBMITTING,RENDERING"),
                        new Check(
                                reconciliation.drift() == 0,
                                false,
                                reconciliation.drift() == 0
                                        ? "The vendor took what was charged."
                                        : "Drift: the vendor took %+d credits beside what was charged."
                                                .formatted(reconciliation.drift()),
                                reconciliation.drift() == 0 ? null : "#reconciliation"),
                        new Check(
                                priced,
                                false,
                                priced
                                        ? "Every day has a price."
                                        : "A day has no price: no amounts.",
                                priced ? null : "/console/prices")));
    }

    /** Whether nothing that must be is missing; an attempt may still be refused. */
    public boolean isPossible() {
        return checks.stream().allMatch(it -> it.good() || !it.blocks());
    }

    /**
     * A check.
     *
     * @param blocks whether the month can't be closed while it is not good
     * @param link where to do something about it
     */
    record Check(boolean good, boolean blocks, String text, @Nullable String link) {}
}
