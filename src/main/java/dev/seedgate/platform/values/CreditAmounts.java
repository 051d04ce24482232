package dev.seedgate.platform.values;

/** The bounds of an amount of credits that somebody may name. */
public final class CreditAmounts {

    /** Sums of these stay far from where a long overflows. */
    public static final long MAX = 1_000_000_000_000L;

    private CreditAmounts() {}
}
