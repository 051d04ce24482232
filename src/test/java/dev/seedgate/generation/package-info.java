@NullUnmarked // JUnit fills the fields
package dev.seedgate.generation;

import org.jspecify.annotations.NullUnmarked;
