/** Values and the error type that every room speaks: actors, ids, error codes, pages. No beans. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.seedgate.platform.values;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
