package dev.seedgate.upstream;

/** How many calls of the whole cluster were ever given a permit, by kind. */
public record CallCounts(long submits, long polls) {}
