/**
 * A task and its transitions: what an answer of the vendor's, a deadline or a person does to it.
 */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.audit",
            "access.team",
            "vendor.contract",
            "vendor.throttle",
            "vendor.client",
            "credit.ledger",
            "task.queue"
        })
@NullMarked
package dev.seedgate.task.lifecycle;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
