/**
 * Due work: what happens later to a task is a row with a due time, claimed by one replica at a
 * time.
 */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.work;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
