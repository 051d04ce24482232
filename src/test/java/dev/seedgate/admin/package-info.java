@NullMarked
package dev.seedgate.admin;

import org.jspecify.annotations.NullMarked;
