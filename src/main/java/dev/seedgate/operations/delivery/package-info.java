/** The delivery of signed messages to receivers outside: one engine, whatever is to be told. */
@ApplicationModule(allowedDependencies = {"platform.values"})
@NullMarked
package dev.seedgate.operations.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
