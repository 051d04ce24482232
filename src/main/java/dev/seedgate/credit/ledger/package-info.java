/** Prices, teams' accounts and budgets, and the ledger that reserves, settles and releases. */
@ApplicationModule(
        allowedDependencies = {
            "platform.values",
            "platform.database",
            "platform.telemetry",
            "platform.web.api",
            "platform.audit",
            "access.team"
        })
@NullMarked
package dev.seedgate.credit.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
