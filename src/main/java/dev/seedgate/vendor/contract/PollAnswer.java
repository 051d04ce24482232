package dev.seedgate.vendor.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Class of the answer to a status call. Only a proven end ends a task; a poll that failed has
 * learned nothing. {@code credits} is the vendor's {@code consumed_credits}, null when it said
 * none.
 */
public sealed interface PollAnswer {

    String evidence();

    /** In progress, or a status nobody knows. */
    record Running(String evidence) implements PollAnswer {}

    /** SUCCESS; {@code urls} is empty when it came without a usable one. */
    record Succeeded(List<String> urls, @Nullable Long credits, String evidence)
            implements PollAnswer {}

    /** FAILED; the message is the vendor's, cleaned and shortened. */
    record Failed(String message, @Nullable Long credits, String evidence) implements PollAnswer {}

    /**
     * The vendor's application knows no such task: 400, 404 or 422 in its envelope. No end, but an
     * answer: a task that is lost for good must not be held for ever.
     */
    record UnknownTask(String evidence) implements PollAnswer {}

    /** No answer that says anything: a timeout, an error status, HTML, garbage. */
    record Unanswered(String evidence) implements PollAnswer {}
}
