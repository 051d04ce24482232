@NullMarked
package dev.seedgate.docs;

import org.jspecify.annotations.NullMarked;
