/** How requests are read and answers written: errors, envelopes, pages, merge patches, CSV. */
@ApplicationModule(
        allowedDependencies = {"platform.values", "platform.database", "platform.telemetry"})
@NullMarked
package dev.seedgate.platform.web.api;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
