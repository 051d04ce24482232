/** The company's credits at the vendor: what was bought, what is left, and how long it lasts. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "vendor.client"
        })
@NullMarked
package dev.seedgate.credit.balance;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
