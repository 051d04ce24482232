/**
 * What tests of several rooms share: a real database, a fake vendor on a real socket, shifted time.
 */
@NullMarked
package dev.seedgate.testing;

import org.jspecify.annotations.NullMarked;
