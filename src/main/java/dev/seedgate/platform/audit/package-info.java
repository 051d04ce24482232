/** The audit log: one entry a change, written in the transaction of the change. */
@ApplicationModule(
        allowedDependencies = {"platform.values", "platform.database", "platform.web.api"})
@NullMarked
package dev.seedgate.platform.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
