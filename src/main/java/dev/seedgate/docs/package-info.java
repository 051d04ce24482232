/** What is common to all calls in the API's description; what is particular stands at each call. */
@NullMarked
@ApplicationModule(allowedDependencies = {"shared"})
package dev.seedgate.docs;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
