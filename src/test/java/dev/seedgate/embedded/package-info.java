@NullMarked
package dev.seedgate.embedded;

import org.jspecify.annotations.NullMarked;
