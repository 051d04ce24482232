/**
 * What is published to everybody: the API's description, with what is common to all calls (what is
 * particular stands at each call), and the files that are served as they are.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"shared"})
package dev.seedgate.docs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
