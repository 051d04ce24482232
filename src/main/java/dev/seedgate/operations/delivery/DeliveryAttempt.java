package dev.seedgate.operations.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one try.
 *
 * @param answer null when none came
 * @param error what went wrong, in one line for people; null when the receiver took the message
 */
public record DeliveryAttempt(
        @Nullable WebhookAnswer answer, @Nullable String error, Duration latency) {

    public boolean delivered() {
        return error == null;
    }
}
