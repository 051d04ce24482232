/** The console: translates the verbs of the other rooms to HTML. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.web.api",
            "access.operator",
            "vendor.client",
            "billing.usage",
            "billing.statement"
        })
@NullMarked
package dev.seedgate.operations.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
