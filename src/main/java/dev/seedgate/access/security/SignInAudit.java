package dev.seedgate.access.security;

import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Writer of the console's sign-ins to the audit log and the log. Anybody can be refused as often as
 * they like, so only a bounded number of refusals an hour is written; each entry says how many were
 * left out before it.
 */
@Component
class SignInAudit {

    private static final Logger log = LoggerFactory.getLogger(SignInAudit.class);
    private static final String CONSOLE = "console";
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

    // A name that somebody was refused under proves nothing.
    private static final String ANONYMOUS = "anonymous";

    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final int maxRefusals;

    private long hourBegan = System.nanoTime();
    private int written;
    private long leftOut;

    SignInAudit(AuditLog audit, TransactionOperations transactions, AccessSettings settings) {
        this.audit = audit;
        this.transactions = transactions;
        maxRefusals = settings.signInRefusalsAudited();
    }

    /**
     * Writes a sign-in before its session begins; if that fails, the person is not let in.
     *
     * @param standing the role, and of a member the teams
     */
    void signedIn(Actor who, Map<String, Object> standing) {
        record(new Change("console.sign_in", CONSOLE, null, standing, null), who);
    }

    /**
     * Writes a refusal, unless there were too many this hour.
     *
     * @param reason the code that the sign-in page explains
     * @param detail what went wrong, in one line
     */
    void refused(HttpServletRequest request, String reason, String detail) {
        Long before = countRefusal();
        if (before == null) {
            return;
        }
        String address = request.getRemoteAddr();
        log.warn(
                "Sign-in from {} failed ({}): {}; {} others were not written down before it",
                address,
                reason,
                detail,
                before);
        Change refusal =
                new Change(
                        "console.sign_in_refused",
                        CONSOLE,
                        null,
                        Map.of("reason", reason, "left_out", before),
                        null);
        try {
            record(refusal, new Actor(ANONYMOUS, address));
        } catch (DataAccessException | TransactionException e) {
            // They are refused with or without a database.
            log.warn("This refusal could not be audited: {}", e.toString());
        }
    }

    /** How many were left out since the last that was written; null if this one is left out too. */
    private synchronized @Nullable Long countRefusal() {
        long now = System.nanoTime();
        if (now - hourBegan >= HOUR_NANOS) {
            hourBegan = now;
            written = 0;
        }
        if (written >= maxRefusals) {
            leftOut++;
            return null;
        }
        written++;
        long before = leftOut;
        leftOut = 0;
        return before;
    }

    private void record(Change change, Actor who) {
        transactions.executeWithoutResult(_ -> audit.record(change, who));
    }
}
