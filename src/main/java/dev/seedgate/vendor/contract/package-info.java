/**
 * What the vendor is told and says, and what that means: requests, answers and their two
 * classifiers. No I/O.
 */
@ApplicationModule(allowedDependencies = {"platform.values"})
@NullMarked
package dev.seedgate.vendor.contract;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
