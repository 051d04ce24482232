/** The built-in Seedance for trying and testing; knows nothing of the gateway. */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.database"})
@NullMarked
package dev.seedgate.vendor.sandbox;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
