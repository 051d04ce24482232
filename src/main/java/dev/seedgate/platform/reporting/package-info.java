/**
 * Long reads for reports: connections of their own, a bounded number at once, and downloads whose
 * slow readers hold none of them.
 */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.database"})
@NullMarked
package dev.seedgate.platform.reporting;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
