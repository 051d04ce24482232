/** Tasks as teams and admins are shown them: status, history, lists. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.web.api",
            "platform.web.edge",
            "platform.audit",
            "access.team",
            "vendor.client",
            "credit.ledger",
            "task.lifecycle",
            "task.wait"
        })
@NullMarked
package dev.seedgate.task.view;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
