/**
 * The way to PostgreSQL: who gets a connection and who may wait for one, and what its errors mean.
 */
@NullMarked
@ApplicationModule(allowedDependencies = "shared")
package dev.seedgate.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
