/** API keys: what one looks like, and how every replica soon knows that one has changed. */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.telemetry"})
@NullMarked
package dev.seedgate.access.apikey;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
