@NullMarked
package dev.seedgate.console;

import org.jspecify.annotations.NullMarked;
