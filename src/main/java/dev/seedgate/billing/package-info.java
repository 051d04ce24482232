/** Whether the books add up, and what they say. Reads what the other rooms write. */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.billing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
