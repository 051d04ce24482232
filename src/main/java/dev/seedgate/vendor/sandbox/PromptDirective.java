package dev.seedgate.vendor.sandbox;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Directive in a prompt to the sandbox, so that every fate of a clip can be tried on purpose. */
sealed interface PromptDirective {

    /** Nothing: the clip is rendered. */
    record None() implements PromptDirective {}

    /** The render fails and is refunded. */
    record Fail() implements PromptDirective {}

    record Slow(Duration renderTime) implements PromptDirective {}

    /** The render never ends. */
    record Stuck() implements PromptDirective {}

    /** The order is refused every time. */
    record Reject(int status) implements PromptDirective {}

    /** The order is refused a number of times, then taken. */
    record RefuseTimes(int status, int times) implements PromptDirective {}

    /** The order is taken and charged, and the connection drops without an answer. */
    record LostAnswer() implements PromptDirective {}

    /** The status is a value that nobody knows while the render is running. */
    record OddStatus() implements PromptDirective {}

    /** The consumed credits that are reported aren't those of the price list. */
    record WrongCredits() implements PromptDirective {}

    // The numbers of digits bound the values: nine never overflow, and an order that is to be
    // refused
    // more than 999 times is a rejection. What doesn't match is a part of the prompt like any
    // other.
    Pattern DIRECTIVE =
            Pattern.compile(
                    """
                    \\[sandbox: (?:
                      (?<plain> fail | stuck | lost-answer | odd-status | wrong-credits )
                    | slow= (?<time> \\d{1,9} ) (?<unit> ms | s | m )
                    | reject (?: = (?<rejection> 4\\d\\d ) )?
                    | http= (?<refusal> [45]\\d\\d ) (?: \\* (?<times> \\d{1,3} ) )?
                    ) ]\
                    """,
                    Pattern.CASE_INSENSITIVE | Pattern.COMMENTS);

    /** The first directive in a prompt. */
    static PromptDirective parse(String prompt) {
        Matcher matcher = DIRECTIVE.matcher(prompt);
        return matcher.find() ? read(matcher) : new None();
    }

    private static PromptDirective read(MatchResult match) {
        String plain = match.group("plain");
        if (plain != null) {
            return plain(plain.toLowerCase(Locale.ROOT));
        }
        if (match.group("time") != null) {
            return new Slow(time(Long.parseLong(match.group("time")), match.group("unit")));
        }
        if (match.group("refusal") != null) {
            return new RefuseTimes(
                    Integer.parseInt(match.group("refusal")), number(match.group("times"), 1));
        }
        return new Reject(number(match.group("rejection"), 400));
    }

    private static PromptDirective plain(String name) {
        return switch (name) {
            case "fail" -> new Fail();
            case "stuck" -> new Stuck();
            case "lost-answer" -> new LostAnswer();
            case "odd-status" -> new OddStatus();
            case "wrong-credits" -> new WrongCredits();
            default -> throw new IllegalStateException(name);
        };
    }

    private static Duration time(long amount, String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }
}
