package dev.seedgate.platform.values;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that somebody most likely meant by one that is not known. */
public final class NearestName {

    private NearestName() {}

    /**
     * A sentence for the client: that there is no such name, and which one is nearest.
     *
     * @param what what it would name, for example {@code field}
     */
    public static String hint(String what, String unknown, Collection<String> known) {
        String shown = unknown.length() > 64 ? unknown.substring(0, 64) + "…" : unknown;
        String none = "There is no " + what + " " + shown.replaceAll("[\\p{Cc}\\p{Cs}]", "?");
        return known.isEmpty()
                ? none + ": none is taken here."
                : none + "; the nearest is " + of(unknown, known) + ".";
    }

    /** One that is contained or contains it goes before one that is only written alike. */
    static String of(String unknown, Collection<String> known) {
        String wanted = plain(unknown);
        return known.stream()
                .min(
                        Comparator.comparingInt((String name) -> distance(wanted, plain(name)))
                                .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Empty when none is near: more than a third of its letters differ. */
    public static Optional<String> near(String unknown, Collection<String> known) {
        return known.stream()
                .min(
                        Comparator.comparingInt((String name) -> edits(plain(unknown), plain(name)))
                                .thenComparing(Comparator.naturalOrder()))
                .filter(it -> edits(plain(unknown), plain(it)) <= Math.max(2, it.length() / 3));
    }

    private static int distance(String wanted, String name) {
        if (name.equals(wanted)) {
            return -2;
        }
        // Of one letter or two it would say nothing.
        boolean contained =
                Math.min(wanted.length(), name.length()) > 2
                        && (name.contains(wanted) || wanted.contains(name));
        return contained ? -1 : edits(wanted, name);
    }

    private static String plain(String name) {
        String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
        return letters.substring(0, Math.min(64, letters.length()));
    }

    /** Letters put in, left out and exchanged (Levenshtein's distance). */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int exchanged = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
