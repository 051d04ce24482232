/** Usage reports, for teams and admins. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.reporting",
            "platform.web.api",
            "access.team",
            "vendor.client",
            "billing.integrity"
        })
@NullMarked
package dev.seedgate.billing.usage;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
