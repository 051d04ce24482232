package dev.seedgate.platform.values;

import org.jspecify.annotations.Nullable;

/**
 * Author of a movement of credits or of a change, as it is written beside it.
 *
 * @param name for example {@code key:17}, {@code admin:bootstrap} or {@code gateway}
 * @param address where an admin's call came from, null where that is not written down
 */
public record Actor(String name, @Nullable String address) {

    /** The gateway itself: settlement, timers, recovery. */
    public static final Actor GATEWAY = new Actor("gateway");

    public Actor(String name) {
        this(name, null);
    }

    @Override
    public String toString() {
        return name;
    }
}
