package dev.seedgate.task.wait;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Preference of a client that the answer wait for the task's end: {@code Prefer: wait=N} of RFC
 * 7240, or the parameter {@code wait=N}; N in whole seconds.
 */
public final class WaitPreference {

    public static final String HEADER = "Prefer";
    public static final String APPLIED = "Preference-Applied";

    /** More is taken for this. */
    static final int MOST_SECONDS = 60;

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
    private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*+\"";
    // An empty value is none.
    private static final String VALUE = "(?:[ \\t]*+=[ \\t]*+(?:" + TOKEN + "|" + QUOTED + ")?+)?+";
    private static final Pattern PREFERENCE =
            Pattern.compile(
                    "("
                            + TOKEN
                            + ")(?:[ \\t]*+=[ \\t]*+("
                            + TOKEN
                            + "|"
                            + QUOTED
                            + ")?+)?+(?:[ \\t]*+;[ \\t]*+(?:"
                            + TOKEN
                            + VALUE
                            + ")?+)*+");

    private WaitPreference() {}

    /**
     * The seconds that a call asks for, 60 at most; empty when it does not ask.
     *
     * @param parameter the query's; it goes before the header, as it was written for this call.
     *     {@code INVALID_REQUEST} when it is no whole number
     * @param headers every {@code Prefer} of the request
     */
    public static OptionalInt seconds(@Nullable String parameter, List<String> headers) {
        if (parameter == null) {
            return seconds(headers);
        }
        if (!isNumber(parameter)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "wait must be a whole number of seconds; more than 60 are taken for 60.");
        }
        return OptionalInt.of(bounded(parameter));
    }

    /**
     * The same of the header alone. As the RFC says, what is malformed is as if it were not there,
     * and of a preference that is given twice the first counts.
     */
    public static OptionalInt seconds(List<String> headers) {
        for (String header : headers) {
            int from = 0;
            while (from < header.length()) {
                int end = end(header, from);
                Matcher one = PREFERENCE.matcher(header.substring(from, end).strip());
                if (one.matches() && one.group(1).equalsIgnoreCase("wait")) {
                    String value = unquoted(one.group(2));
                    return isNumber(value) ? OptionalInt.of(bounded(value)) : OptionalInt.empty();
                }
                from = end + 1;
            }
        }
        return OptionalInt.empty();
    }

    /** Where the list's element ends that begins here: at a comma that stands in no quotes. */
    private static int end(String header, int from) {
        boolean quoted = false;
        for (int i = from; i < header.length(); i++) {
            char c = header.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (quoted && c == '\\') {
                i++;
            } else if (!quoted && c == ',') {
                return i;
            }
        }
        return header.length();
    }

    private static String unquoted(@Nullable String word) {
        if (word == null) {
            return "";
        }
        return word.startsWith("\"") ? word.substring(1, word.length() - 1) : word;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static int bounded(String digits) {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            number = Math.min(MOST_SECONDS, 10 * number + digits.charAt(i) - '0');
        }
        return number;
    }
}
