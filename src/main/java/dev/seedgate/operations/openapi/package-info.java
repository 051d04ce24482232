/**
 * What is published to everybody: the API's description, and the files that are served as they are.
 */
@ApplicationModule(allowedDependencies = {"platform.values", "platform.web.api", "billing.usage"})
@NullMarked
package dev.seedgate.operations.openapi;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
