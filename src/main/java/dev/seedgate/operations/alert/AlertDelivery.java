package dev.seedgate.operations.alert;

import dev.seedgate.operations.delivery.DeliveryEngine;
import dev.seedgate.operations.delivery.WebhookClient;
import dev.seedgate.platform.telemetry.Loops;
import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** The delivery of alerts to the webhook, if one is configured. */
@Component
class AlertDelivery implements DisposableBean {

    // They are few, and a chat takes them one by one.
    private static final int AT_ONCE = 1;

    private final @Nullable DeliveryEngine<PendingAlert> engine;

    AlertDelivery(AlertOutbox outbox, AlertSettings settings, Clock clock, Loops loops) {
        if (!settings.sends()) {
            engine = null;
            return;
        }
        engine =
                new DeliveryEngine<>(
                        "alert-delivery",
                        outbox,
                        new WebhookClient(
                                settings.alertWebhookTimeout(),
                                settings.alertWebhookTimeout(),
                                settings.alertWebhookAllowInternal(),
                                "SEEDGATE_ALERT_WEBHOOK_ALLOW_INTERNAL",
                                clock),
                        AT_ONCE,
                        settings.alertWebhookInterval());
        loops.every(settings.alertWebhookInterval(), "alert-deliveries", this::deliverDue);
    }

    /** Sends all that is due. */
    void deliverDue() {
        if (engine != null) {
            engine.deliverDue();
        }
    }

    @Override
    public void destroy() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }
}
