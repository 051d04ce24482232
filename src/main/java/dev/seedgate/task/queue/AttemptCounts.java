package dev.seedgate.task.queue;

/** Times in a row that a task could not be sent, and retries the vendor asked for. */
public record AttemptCounts(int failures, int retries) {}
