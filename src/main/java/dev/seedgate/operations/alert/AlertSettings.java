package dev.seedgate.operations.alert;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * @param alertInterval how often is looked whether there is something to raise; nobody acts faster
 * @param alertQuotaPercents of a team's monthly quota, in whole percent
 * @param alertVendorBalanceCredits balances of the company's credits; none by default, since nobody
 *     but the company knows what is much
 * @param alertVendorBalanceDays days until the company's credits run out, by the faster of the two
 *     paces: time for an order, and time for a phone call
 * @param alertDriftCredits by which the vendor's figures may differ in a day
 * @param alertUncertainAfter how long a task may be UNCERTAIN; an hour leaves most of the day until
 *     it is refunded
 * @param alertWebhookUrl where alerts are sent to; it often holds a secret and is never shown
 * @param alertWebhookSecret what they are signed with, {@code whsec_} and base64
 * @param alertWebhookSecretFile a file that holds it instead
 * @param alertWebhookAllowInternal whether the webhook may be in the own network, and without TLS
 * @param alertWebhookTimeout of one try, from the name's look-up to the answer
 * @param alertWebhookTries then it is given up; with the back-off that is after some seven hours
 * @param alertWebhookBackOff after the first failure, doubling
 * @param alertWebhookMaxBackOff a receiver that is back after a night must not wait for a day
 * @param alertWebhookInterval how often is looked whether something is to be sent
 */
@Validated
@ConfigurationProperties("seedgate")
record AlertSettings(
        @DefaultValue("30s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration alertInterval,
        @DefaultValue({"50", "80", "100"}) List<@Min(1) @Max(1000) Integer> alertQuotaPercents,
        @DefaultValue List<@Min(0) @Max(1_000_000_000_000_000L) Long> alertVendorBalanceCredits,
        @DefaultValue({"14", "3"}) List<@Min(0) @Max(365) Integer> alertVendorBalanceDays,
        @DefaultValue("1") @Min(1) @Max(1_000_000_000_000_000L) long alertDriftCredits,
        @DefaultValue("1h") @DurationMin @DurationMax(days = 30) Duration alertUncertainAfter,
        @Nullable String alertWebhookUrl,
        @Nullable String alertWebhookSecret,
        @Nullable Path alertWebhookSecretFile,
        @DefaultValue("false") boolean alertWebhookAllowInternal,
        @DefaultValue("10s") @DurationMin(millis = 100) @DurationMax(minutes = 1)
                Duration alertWebhookTimeout,
        @DefaultValue("16") @Min(1) @Max(1000) int alertWebhookTries,
        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration alertWebhookBackOff,
        @DefaultValue("1h") @DurationMin(millis = 1) @DurationMax(days = 1)
                Duration alertWebhookMaxBackOff,
        @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(hours = 1)
                Duration alertWebhookInterval) {

    /** Whether alerts are sent at all; an empty variable counts as not set. */
    boolean sends() {
        return alertWebhookUrl != null && !alertWebhookUrl.isBlank();
    }

    /** Redacted, because a settings object ends up in messages. */
    @Override
    public String toString() {
        return "AlertSettings[sends=" + sends() + "]";
    }
}
