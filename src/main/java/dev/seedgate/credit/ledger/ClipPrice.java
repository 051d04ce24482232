package dev.seedgate.credit.ledger;

/**
 * The price of a clip in credits, by its length and sound: the vendor's price list, from its API
 * page.
 */
public enum ClipPrice {
    FIVE_SECONDS("5s", 5, false, 65),
    TEN_SECONDS("10s", 10, false, 130),
    FIVE_SECONDS_WITH_SOUND("5s_sound", 5, true, 130),
    TEN_SECONDS_WITH_SOUND("10s_sound", 10, true, 260);

    /**
     * The number of this price list, written beside every charge; it goes up when a price changes.
     */
    public static final int PRICE_VERSION = 1;

    private final String label;
    private final int seconds;
    private final boolean sound;
    private final long credits;

    ClipPrice(String label, int seconds, boolean sound, long credits) {
        this.label = label;
        this.seconds = seconds;
        this.sound = sound;
        this.credits = credits;
    }

    /** The preset of a clip of 5 or 10 seconds. */
    public static ClipPrice of(int seconds, boolean sound) {
        for (ClipPrice preset : values()) {
            if (preset.seconds == seconds && preset.sound == sound) {
                return preset;
            }
        }
        throw new IllegalArgumentException("no price for " + seconds + " s");
    }

    /** The name in reports. */
    public String label() {
        return label;
    }

    public long credits() {
        return credits;
    }
}
