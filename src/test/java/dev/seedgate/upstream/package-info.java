/** Tests of the room that speaks to the vendor: real sockets, a real database. */
@NullMarked
package dev.seedgate.upstream;

import org.jspecify.annotations.NullMarked;
