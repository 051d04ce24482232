package dev.seedgate.access.team;

/**
 * Event that a team was made; published inside the transaction, so that its account is opened with
 * it or not at all.
 */
public record TeamCreated(long teamId) {}
