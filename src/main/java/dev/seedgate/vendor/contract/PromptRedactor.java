package dev.seedgate.vendor.contract;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Redactor of the prompt and the image URLs that a vendor's message echoes. Texts are kept longer
 * than the prompt, so they must not hold it.
 */
public final class PromptRedactor {

    /**
     * Characters that are searched: enough for what is shown; more would let a huge answer cost
     * much time.
     */
    private static final int MAX_SEARCHED = 10_000;

    /** Letters and digits in a row that are taken for the prompt, not for chance. */
    private static final int MATCH_LENGTH = 12;

    /** Never looks beyond the next tag: a row of brackets would be searched again from each. */
    private static final Pattern MARK_UP = Pattern.compile("<[^<>]*+>");

    private PromptRedactor() {}

    /** The text without the order's image URLs and its prompt. */
    public static String redact(String text, ClipRequest clip) {
        String rest = text;
        for (String url : clip.imageUrls()) {
            rest = rest.replace(url, "…");
        }
        rest = wholeWords(clip.prompt()).matcher(rest).replaceAll("…");
        boolean partly =
                letters(clip.prompt()).length() >= MATCH_LENGTH && contains(rest, clip.prompt());
        return partly ? "(a text that repeats the prompt)" : rest;
    }

    /** Not within a word: a prompt may be a single letter. */
    private static Pattern wholeWords(String prompt) {
        return Pattern.compile(
                "(?<![\\p{L}\\p{N}])" + Pattern.quote(prompt) + "(?![\\p{L}\\p{N}])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /** Compares letters and digits only, so that mark-up and folded lines don't hide an echo. */
    static boolean contains(String text, String prompt) {
        String letters = letters(prompt);
        if (letters.isEmpty()) {
            return !prompt.isEmpty() && text.contains(prompt);
        }
        String haystack = letters(MARK_UP.matcher(searched(text)).replaceAll(" "));
        int width = Math.min(MATCH_LENGTH, letters.length());
        for (int from = 0; from + width <= letters.length(); from += MATCH_LENGTH / 2) {
            if (haystack.contains(letters.substring(from, from + width))) {
                return true;
            }
        }
        return false;
    }

    static String searched(String text) {
        return text.substring(0, Math.min(MAX_SEARCHED, text.length()));
    }

    private static String letters(String text) {
        StringBuilder letters = new StringBuilder();
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(letters::appendCodePoint);
        return letters.toString();
    }
}
