@NullMarked
package dev.seedgate.access;

import org.jspecify.annotations.NullMarked;
