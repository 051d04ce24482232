package dev.seedgate.shared;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Of the names there are, the one that somebody who misspelt it probably meant. */
public final class Nearest {

    private Nearest() {}

    /** Empty when none is near: more than a third of its letters differ. */
    public static Optional<String> of(String name, Collection<String> names) {
        return names.stream()
                .min(
                        Comparator.comparingInt((String it) -> distance(name, it))
                                .thenComparing(Comparator.naturalOrder()))
                .filter(it -> distance(name, it) <= Math.max(2, it.length() / 3));
    }

    /** How many letters have to be put in, taken out or changed. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
