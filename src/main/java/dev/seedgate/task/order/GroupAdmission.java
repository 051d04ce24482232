package dev.seedgate.task.order;

import java.util.Map;
import java.util.Set;

/**
 * The outcome of admitting creates together. What is in neither is to be admitted alone.
 *
 * @param busy those of teams whose account another transaction held; nothing was written for them
 */
record GroupAdmission(Map<PendingCreate, CreateResult> admitted, Set<PendingCreate> busy) {

    static final GroupAdmission NONE = new GroupAdmission(Map.of(), Set.of());
}
