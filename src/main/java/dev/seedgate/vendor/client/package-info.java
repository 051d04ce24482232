/** The one guarded client of the vendor. */
@ApplicationModule(
        allowedDependencies = {"platform.telemetry", "vendor.contract", "vendor.throttle"})
@NullMarked
package dev.seedgate.vendor.client;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
