package dev.seedgate.generation;

import dev.seedgate.credit.Accounts;
import dev.seedgate.credit.Ledger;
import dev.seedgate.credit.Reservation;
import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import dev.seedgate.shared.TaskId;
import dev.seedgate.team.Caller;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/** Says what an order would cost and whether it would be taken now. */
@Component
class Quotes {

    private final Admission admission;
    private final Intake intake;
    private final Ledger ledger;
    private final Accounts accounts;
    private final Clock clock;

    Quotes(Admission admission, Intake intake, Ledger ledger, Accounts accounts, Clock clock) {
        this.admission = admission;
        this.intake = intake;
        this.ledger = ledger;
        this.accounts = accounts;
        this.clock = clock;
    }

    /** Asks the very statements that would charge, and takes back what they did. */
    @Transactional
    Quote quote(Caller caller, Order order) {
        TransactionInterceptor.currentTransactionStatus().setRollbackOnly();
        Long remaining = accounts.balance(caller.teamId()).remaining();
        long credits = order.preset().credits();
        try {
            intake.check();
            Reservation held =
                    ledger.reserve(admission.charge(caller, order, TaskId.create(clock.instant(), '0')));
            return new Quote(credits, true, held.exceeded(), over(held.exceeded()), remaining);
        } catch (GatewayException refusal) {
            return new Quote(credits, false, refusal.code(), refusal.message(), remaining);
        }
    }

    private static @Nullable String over(@Nullable ErrorCode exceeded) {
        return exceeded == null
                ? null
                : "It would be taken, but beyond a limit of your team, which only reports.";
    }
}
