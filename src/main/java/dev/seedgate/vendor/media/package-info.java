/** The guarded client for clips at the addresses that the vendor names. */
@ApplicationModule(allowedDependencies = {"platform.values", "vendor.contract"})
@NullMarked
package dev.seedgate.vendor.media;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
