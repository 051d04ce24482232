@NullMarked
package dev.seedgate.deploy;

import org.jspecify.annotations.NullMarked;
