/** Programs that measure a packaged gateway; none of them is a test, and no test uses them. */
@NullMarked
package dev.seedgate.benchmark;

import org.jspecify.annotations.NullMarked;
