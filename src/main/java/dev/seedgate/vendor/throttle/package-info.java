/**
 * How fast the vendor may be called: the cluster's permits and pauses, one instance's circuit
 * breakers and bulkhead.
 */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.audit",
            "vendor.contract"
        })
@NullMarked
package dev.seedgate.vendor.throttle;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
