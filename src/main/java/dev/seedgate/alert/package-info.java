/** What a person should know of: raised once for each thing, and sent to a webhook. */
@NullMarked
@ApplicationModule(allowedDependencies = {"credit", "upstream", "audit", "telemetry", "shared"})
package dev.seedgate.alert;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
