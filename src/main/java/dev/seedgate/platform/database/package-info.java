/**
 * The way to PostgreSQL: who gets a connection and who may wait for one, what is stored or looked
 * up together, what its errors mean, the clock and the zone that days are read in, and the loop for
 * what is done periodically.
 */
@ApplicationModule(allowedDependencies = {"platform.values"})
@NullMarked
package dev.seedgate.platform.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
