package dev.seedgate.startup;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code seedgate.database}.
 *
 * @param startupWait how long a start waits for a database that does not answer yet: both are often
 *     started together
 */
record DatabaseSettings(@DefaultValue("30s") Duration startupWait) {}
