package dev.seedgate.operations.delivery;

import java.net.URI;
import java.util.List;

/**
 * A message to a receiver.
 *
 * @param id the same in every try, so that the receiver takes it once
 * @param secrets each signs it; none leaves it unsigned
 * @param body the same in every try, byte by byte
 */
public record WebhookMessage(String id, URI url, List<String> secrets, String body) {

    /** Without what is secret, wherever it is printed. */
    @Override
    public String toString() {
        return "WebhookMessage[id=" + id + "]";
    }
}
