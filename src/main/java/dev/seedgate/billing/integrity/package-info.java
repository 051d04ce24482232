/**
 * The integrity of the books: the ledger's roll-up by day, its verifier, and the reconciliation
 * with what the vendor says.
 */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.reporting",
            "platform.web.api",
            "vendor.client",
            "task.lifecycle"
        })
@NullMarked
package dev.seedgate.billing.integrity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
