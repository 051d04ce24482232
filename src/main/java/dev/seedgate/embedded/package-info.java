/**
 * The start of a gateway that was given nothing: its own PostgreSQL, a demo team, a first request
 * to paste.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"team", "key", "shared"})
package dev.seedgate.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
