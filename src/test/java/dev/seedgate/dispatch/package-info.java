@NullUnmarked // JUnit fills the fields
package dev.seedgate.dispatch;

import org.jspecify.annotations.NullUnmarked;
