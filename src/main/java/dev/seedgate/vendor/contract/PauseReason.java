package dev.seedgate.vendor.contract;

import java.util.Optional;

/**
 * Reason for which the vendor, or the creates of teams, are held back for a while. The names are
 * those in the table {@code upstream_pause}.
 */
public enum PauseReason {
    /** Too many calls; ends by itself. Stops submits and polls. */
    THROTTLED,
    /** The company's key, or something between us, is wrong. Stops submits and polls. */
    ACCOUNT_KEY,
    /** The company's credit is used up. Stops submits only. */
    ACCOUNT_CREDIT,
    /** An operator said so. Stops submits only. */
    OPERATOR,
    /** An operator said that no create be taken. Refuses new creates; calls to the vendor go on. */
    CREATES;

    /** What a submit's answer stops. */
    public static Optional<PauseReason> ofSubmit(Envelope envelope) {
        int status = envelope.status();
        return switch (status) {
            case 402 -> Optional.of(ACCOUNT_CREDIT);
            case 429 -> Optional.of(THROTTLED);
            case 401, 403 -> Optional.of(ACCOUNT_KEY);
            default -> {
                boolean between = status / 100 == 3 || (status / 100 == 4 && !envelope.hasCode());
                yield between ? Optional.of(ACCOUNT_KEY) : Optional.empty();
            }
        };
    }

    /** What a poll's answer stops: only what it says in so many words, a poll can be repeated. */
    public static Optional<PauseReason> ofPoll(Envelope envelope) {
        return switch (envelope.status()) {
            case 401, 402, 403, 429 -> ofSubmit(envelope);
            default -> Optional.empty();
        };
    }
}
