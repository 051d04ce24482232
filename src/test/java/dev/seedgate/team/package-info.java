@NullMarked
package dev.seedgate.team;

import org.jspecify.annotations.NullMarked;
