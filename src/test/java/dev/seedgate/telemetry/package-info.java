@NullUnmarked // JUnit fills the fields
package dev.seedgate.telemetry;

import org.jspecify.annotations.NullUnmarked;
