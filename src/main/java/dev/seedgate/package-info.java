/** The gateway's one Maven module; every package below is a room with a sentence of its own. */
@NullMarked
package dev.seedgate;

import org.jspecify.annotations.NullMarked;
