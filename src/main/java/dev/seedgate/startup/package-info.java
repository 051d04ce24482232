/** A start that can't succeed: found out early, and told in one line. */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.startup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
