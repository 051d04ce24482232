/**
 * The way to PostgreSQL: who gets a connection and who may wait for one, what its errors mean, and
 * the zone that both read days in.
 */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
