package dev.seedgate.task.lifecycle;

/**
 * The event that a task waits to be submitted; published inside the create's transaction, to be
 * acted on after its commit.
 */
public record TaskQueued() {}
