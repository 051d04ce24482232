/** What goes wrong outside the gateway, or kills it: the cases that every release passes. */
@NullUnmarked // JUnit fills the fields
package dev.seedgate.faults;

import org.jspecify.annotations.NullUnmarked;
