/**
 * Whether the books add up, and what they say: usage, reconciliation, prices, statements. Reads
 * what the other rooms write.
 */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"team", "upstream", "audit", "database", "telemetry", "shared"})
package dev.seedgate.billing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
