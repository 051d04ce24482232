@NullMarked
package dev.seedgate;

import org.jspecify.annotations.NullMarked;
