/** Who did what: one entry a change, written in the transaction of the change. */
@ApplicationModule(allowedDependencies = "shared")
@NullMarked
package dev.seedgate.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
