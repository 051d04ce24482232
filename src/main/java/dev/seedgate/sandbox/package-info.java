/** The built-in Seedance for trying and testing; knows nothing of the gateway. */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.sandbox;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
