package dev.seedgate.task.queue;

/**
 * Counts of a task's attempts: how often in a row it could not be sent, and how often the vendor
 * asked for a retry.
 */
public record AttemptCounts(int failures, int retries) {}
