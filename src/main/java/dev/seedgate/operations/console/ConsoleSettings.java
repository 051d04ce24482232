package dev.seedgate.operations.console;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The bounds of what the console does at once.
 *
 * @param consoleBulkLimit tasks that one act takes, each in a transaction of its own of some ten
 *     milliseconds: the default is over in seconds, the most before a proxy gives up
 */
@Validated
@ConfigurationProperties("seedgate")
record ConsoleSettings(@DefaultValue("500") @Min(1) @Max(5000) int consoleBulkLimit) {}
