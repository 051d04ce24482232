@NullUnmarked // JUnit fills the fields
package dev.seedgate.billing;

import org.jspecify.annotations.NullUnmarked;
