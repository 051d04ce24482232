/** Teams and their API keys: who calls, and whether the key is good. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.web.api",
            "platform.audit",
            "access.apikey"
        })
@NullMarked
package dev.seedgate.access.team;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
