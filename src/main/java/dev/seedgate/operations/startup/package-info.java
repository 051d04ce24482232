/** A start that can't succeed: found out early, and told in one line. */
@ApplicationModule(allowedDependencies = {"platform.values", "vendor.sandbox"})
@NullMarked
package dev.seedgate.operations.startup;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
