/** The operator's pages: translates the verbs of the other rooms to HTML. */
@NullMarked
@ApplicationModule(allowedDependencies = {"staff", "billing", "upstream", "shared"})
package dev.seedgate.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
