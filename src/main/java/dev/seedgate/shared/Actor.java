package dev.seedgate.shared;

/**
 * Who did something, as it is written beside every movement of credits and every change.
 *
 * @param name for example {@code key:17}, {@code admin:bootstrap} or {@code gateway}
 */
public record Actor(String name) {

    /** The gateway itself: settlement, timers, recovery. */
    public static final Actor GATEWAY = new Actor("gateway");

    @Override
    public String toString() {
        return name;
    }
}
