/** The built-in Seedance for trying and testing; knows nothing of the gateway. */
@ApplicationModule(
        allowedDependencies = {"platform.values", "platform.database", "platform.web.edge"})
@NullMarked
package dev.seedgate.vendor.sandbox;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
