@NullMarked
package dev.seedgate.database;

import org.jspecify.annotations.NullMarked;
