package dev.seedgate.operations.delivery;

import java.io.IOException;
import java.util.List;

/**
 * A store of messages to deliver, for the engine.
 *
 * @param <D> a message that is to be delivered, as the store knows it
 */
public interface Outbox<D> {

    /** Leases at most so many of those that are due, none of which another replica holds. */
    List<D> claim(int most);

    /** What is to be sent; an exception counts as a failed try. */
    WebhookMessage message(D delivery) throws IOException;

    /** Writes down what came of a try, and when the next one is. */
    void record(D delivery, DeliveryAttempt attempt);
}
