/** Values and the error type that every room speaks: credits, actors, error codes. No beans. */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.seedgate.shared;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
