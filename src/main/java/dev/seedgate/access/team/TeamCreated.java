package dev.seedgate.access.team;

/**
 * A team was made; published inside the transaction, so that its account is opened with it or not
 * at all.
 */
public record TeamCreated(long teamId) {}
