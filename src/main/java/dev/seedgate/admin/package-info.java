/** The admin REST API: translates HTTP to the verbs of the rooms that own them. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "team",
            "database",
            "staff",
            "credit",
            "generation",
            "billing",
            "upstream",
            "work",
            "alert",
            "audit",
            "shared"
        })
package dev.seedgate.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
