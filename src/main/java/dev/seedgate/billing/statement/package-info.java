/** Monthly statements and the prices that they are made with; the FOCUS export. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.reporting",
            "platform.web.api",
            "platform.audit",
            "vendor.client",
            "billing.integrity",
            "task.lifecycle"
        })
@NullMarked
package dev.seedgate.billing.statement;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
