/**
 * The start of a gateway that was given nothing: its own PostgreSQL, a demo team, a first request
 * to paste.
 */
@ApplicationModule(
        allowedDependencies = {"platform.values", "access.apikey", "access.team", "vendor.sandbox"})
@NullMarked
package dev.seedgate.operations.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
