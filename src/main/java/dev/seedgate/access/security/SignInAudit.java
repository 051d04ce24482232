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
 * Sign-ins to the console, as the audit log and the log have them. Strangers can be refused as
 * often as they like, so refusals are written a number of times an hour; each entry says how many
 * were left out before it.
 */
@Component
class SignInAudit {

    private static final Logger log = LoggerFactory.getLogger(SignInAudit.class);
    private static final String CONSOLE = "console";
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

    // Who was refused has no name that could be believed.
    private static final String NOBODY = "anonymous";

    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final int mostRefusals;

    private long hourBegan = System.nanoTime();
    private int written;
    private long leftOut;

    SignInAudit(AuditLog audit, TransactionOperations transactions, AccessSettings settings) {
        this.audit = audit;
        this.transactions = transactions;
        mostRefusals = settings.signInRefusalsAudited();
    }

    /** Before the session begins: who can't be written down is not let in. */
    void began(Actor who, String role) {
        record(new Change("console.sign_in", CONSOLE, null, Map.of("role", role), null), who);
    }

    /**
     * Somebody was not let in.
     *
     * @param reason as the page tells it
     * @param detail what went wrong, in one line
     */
    void refused(HttpServletRequest request, String reason, String detail) {
        Long before = take();
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
            record(refusal, new Actor(NOBODY, address));
        } catch (DataAccessException | TransactionException e) {
            // They are refused with or without a database.
            log.warn("This refusal could not be audited: {}", e.toString());
        }
    }

    /** How many were left out since the last that was written; null when this is one more. */
    private synchronized @Nullable Long take() {
        long now = System.nanoTime();
        if (now - hourBegan >= HOUR_NANOS) {
            hourBegan = now;
            written = 0;
        }
        if (written >= mostRefusals) {
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
