/**
 * What a request meets first: deadlines, sizes, proxies, browsers of other origins, and the share
 * of requests without authentication.
 */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api"
        })
@NullMarked
package dev.seedgate.platform.web.edge;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
