/** What a key looks like, and how every replica soon knows that one has changed. */
@NullMarked
@ApplicationModule(allowedDependencies = {"telemetry", "shared"})
package dev.seedgate.key;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
