package dev.seedgate.platform.database;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The zone of months and days.
 *
 * @param billingZone UTC or the name of a region, or empty for the one that the database bills in
 *     since its first start, then UTC; {@link BillingZone} checks it against the database
 */
@ConfigurationProperties("seedgate")
record BillingZoneSettings(@DefaultValue("") String billingZone) {}
