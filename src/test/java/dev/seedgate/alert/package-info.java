@NullUnmarked // JUnit fills the fields
package dev.seedgate.alert;

import org.jspecify.annotations.NullUnmarked;
