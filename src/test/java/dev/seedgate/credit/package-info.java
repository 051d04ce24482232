@NullUnmarked // JUnit fills the fields
package dev.seedgate.credit;

import org.jspecify.annotations.NullUnmarked;
