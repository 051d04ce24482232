/** What a clip costs, and the ledger that reserves, settles and releases it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"team", "audit", "telemetry", "shared"})
package dev.seedgate.credit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
