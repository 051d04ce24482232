package dev.seedgate.credit.ledger;

import java.util.Map;
import java.util.Set;

/**
 * The outcome of reserving the prices of many tasks at once. A task that is in neither is beyond a
 * limit, behind one of its team that is, or left out for its {@link DependentRows}.
 *
 * @param reserved what is held, by the task
 * @param undecided tasks of teams whose account another transaction held, or whose limits need a
 *     closer look than this was: to be asked for again, waiting. Nothing was written for them
 */
public record BatchReservation(Map<String, Reservation> reserved, Set<String> undecided) {}
