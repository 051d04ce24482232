package dev.seedgate.operations.webhook;

import dev.seedgate.operations.delivery.DeliveryEngine;
import dev.seedgate.operations.delivery.WebhookClient;
import dev.seedgate.platform.database.Loop;
import dev.seedgate.platform.telemetry.AfterCommit;
import dev.seedgate.platform.telemetry.Loops;
import java.io.IOException;
import java.time.Clock;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** The delivery of messages to the teams' endpoints. */
@Component
class WebhookDelivery implements DisposableBean {

    private final DeliveryEngine<PendingDelivery> engine;
    private final Loop loop;

    WebhookDelivery(WebhookOutbox outbox, WebhookSettings settings, Clock clock, Loops loops) {
        engine =
                new DeliveryEngine<>(
                        "webhook-delivery",
                        outbox,
                        new WebhookClient(
                                settings.webhooksConnectTimeout(),
                                settings.webhooksTimeout(),
                                settings.webhooksAllowInternal(),
                                "SEEDGATE_WEBHOOKS_ALLOW_INTERNAL",
                                clock),
                        settings.webhooksMaxConcurrent(),
                        settings.webhooksInterval());
        loop = loops.every(settings.webhooksInterval(), "webhook-deliveries", this::deliverDue);
    }

    /** Sends all that is due. */
    void deliverDue() {
        engine.deliverDue();
    }

    /** Looks once the running transaction is committed, as it made something due. */
    void wakeAfterCommit() {
        AfterCommit.run(loop::wake);
    }

    @Override
    public void destroy() throws IOException {
        engine.close();
    }
}
