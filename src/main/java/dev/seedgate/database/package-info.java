/**
 * The way to PostgreSQL: how many may wait for a connection, and what they are told beyond that.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.seedgate.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
