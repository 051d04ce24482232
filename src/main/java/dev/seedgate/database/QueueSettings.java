package dev.seedgate.database;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How many may wait for the database.
 *
 * @param databaseMaxWaiting threads that wait for a connection at once; at a millisecond a request
 *     and 8 connections the last of 256 has waited 32 ms, and 128 requests at once are never
 *     refused
 */
@Validated
@ConfigurationProperties("seedgate")
record QueueSettings(@DefaultValue("256") @Min(1) @Max(100_000) int databaseMaxWaiting) {}
