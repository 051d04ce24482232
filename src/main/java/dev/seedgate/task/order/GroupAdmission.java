package dev.seedgate.task.order;

import java.util.Map;
import java.util.Set;

/**
 * The outcome of admitting creates together. What is in neither is to be admitted alone.
 *
 * @param undecided those of teams whose account another transaction held, or whose limits need a
 *     closer look: to be admitted together again, waiting; nothing was written for them
 */
record GroupAdmission(Map<PendingCreate, CreateResult> admitted, Set<PendingCreate> undecided) {

    static final GroupAdmission NONE = new GroupAdmission(Map.of(), Set.of());
}
