package dev.seedgate.task.lifecycle;

/**
 * A task waits to be submitted; published inside the create's transaction, to be acted on after its
 * commit.
 */
public record TaskQueued() {}
