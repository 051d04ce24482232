@NullMarked
package dev.seedgate.startup;

import org.jspecify.annotations.NullMarked;
