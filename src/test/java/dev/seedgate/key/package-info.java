@NullMarked
package dev.seedgate.key;

import org.jspecify.annotations.NullMarked;
