package dev.seedgate.vendor.sandbox;

import java.security.SecureRandom;
import java.util.stream.Collectors;

/** Names that can't be guessed: the links of clips are open to whoever knows them. */
class RandomName {

    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomName() {}

    static String ofLength(int length) {
        return RANDOM.ints(length, 0, ALPHABET.length())
                .mapToObj(i -> String.valueOf(ALPHABET.charAt(i)))
                .collect(Collectors.joining());
    }
}
