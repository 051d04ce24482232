package dev.seedgate.operations.webhook;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that is claimed, as try number {@code attempt}.
 *
 * @param callback whether it goes to the URL that came with the task's create
 * @param taskId null when it is a test
 * @param secrets as they are stored
 * @param body null before the first try
 * @param step how many tries of its schedule have failed
 */
record PendingDelivery(
        long id,
        long endpoint,
        long team,
        URI url,
        boolean callback,
        String messageId,
        String type,
        @Nullable String taskId,
        Instant at,
        List<byte[]> secrets,
        @Nullable String body,
        int attempt,
        int step) {

    boolean isTest() {
        return taskId == null;
    }

    /** Without URL and body, wherever it is printed. */
    @Override
    public String toString() {
        return "PendingDelivery[id=" + id + ", messageId=" + messageId + "]";
    }
}
