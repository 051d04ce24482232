package dev.seedgate.task.order;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.credit.ledger.AdmissionVerdict;
import dev.seedgate.credit.ledger.TeamAccounts;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Quotes: what an order would cost, and whether it would be taken now. */
@Component
class Quotes {

    private final Admission admission;
    private final AdmissionGate gate;
    private final TeamAccounts accounts;
    private final Clock clock;

    Quotes(Admission admission, AdmissionGate gate, TeamAccounts accounts, Clock clock) {
        this.admission = admission;
        this.clock = clock;
        this.gate = gate;
        this.accounts = accounts;
    }

    /** Asks what a create is asked first; neither writes nor waits for those that do. */
    @Transactional(readOnly = true)
    Quote quote(AuthenticatedTeam caller, Order order) {
        Long remaining = accounts.balance(caller.teamId()).remaining();
        long credits = order.preset().credits();
        try {
            gate.checkWithoutProbe(caller);
        } catch (ApiException refusal) {
            return refused(credits, refusal, remaining);
        }
        AdmissionVerdict verdict =
                admission.preview(
                        new NewTask(TaskId.create(clock.instant(), '0'), caller, order, null));
        return verdict.refusal() == null
                ? new Quote(credits, true, verdict.exceeded(), over(verdict.exceeded()), remaining)
                : refused(credits, verdict.refusal(), remaining);
    }

    private static Quote refused(long credits, ApiException refusal, @Nullable Long remaining) {
        return new Quote(credits, false, refusal.code(), refusal.message(), remaining);
    }

    private static @Nullable String over(@Nullable ErrorCode exceeded) {
        return exceeded == null
                ? null
                : "It would be taken, but beyond a limit of your team, which only reports.";
    }
}
