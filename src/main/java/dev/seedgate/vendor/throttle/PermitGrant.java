package dev.seedgate.vendor.throttle;

import java.time.Duration;
import java.util.List;

/**
 * Permits that the cluster's budget grants one instance at this moment.
 *
 * @param submits permits for creates
 * @param polls permits for status calls
 * @param retryIn when it is worth asking again, if less was given than was wanted
 */
public record PermitGrant(List<Permit> submits, List<Permit> polls, Duration retryIn) {}
