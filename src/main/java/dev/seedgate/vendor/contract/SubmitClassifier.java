package dev.seedgate.vendor.contract;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a submit's answer means: the table the money hangs on, first match wins. What it does not
 * name is uncertain.
 */
public final class SubmitClassifier {

    /** Said by the proxy in front when it never reached the vendor's own server. */
    private static final Set<Integer> NEVER_REACHED = Set.of(521, 523, 525, 526);

    private static final int LONGEST_ID = 128;
    // For what asks for the class of a reply only.
    private static final Evidence NOBODYS = new Evidence("", Instant.EPOCH, "-", "");
    private static final String ID = "\"task_id\"";

    private final boolean resubmitOn500;

    public SubmitClassifier(boolean resubmitOn500) {
        this.resubmitOn500 = resubmitOn500;
    }

    public SubmitAnswer meaning(TransportResult reply, Evidence evidence) {
        String told = evidence.of(reply);
        return switch (reply) {
            case TransportResult.NotBegun it -> new SubmitAnswer.NotSent(!it.local(), told);
            case TransportResult.Lost _ -> new SubmitAnswer.Uncertain(told);
            case TransportResult.Answered answer -> meaning(answer, evidence, told);
        };
    }

    private SubmitAnswer meaning(TransportResult.Answered answer, Evidence evidence, String told) {
        Envelope envelope = Envelope.of(answer);
        @Nullable String id = sound(envelope.taskId());
        if (id == null && !envelope.isWhole()) {
            id = sound(stray(answer.content().start()));
        }
        if (answer.status() / 100 == 2 && id != null) {
            return new SubmitAnswer.Accepted(id, told);
        }
        int status = envelope.status();
        if (PauseReason.of(envelope).isPresent()) {
            return status == 429
                    ? new SubmitAnswer.Throttled(told)
                    : new SubmitAnswer.AccountStopped(status != 401 && status != 402, told);
        }
        if (status == 500 && envelope.isGenuine() && resubmitOn500) {
            return new SubmitAnswer.Retryable(told);
        }
        if (status / 100 == 4) {
            return new SubmitAnswer.Refused(evidence.message(envelope.message()), told);
        }
        // Only as a real status: inside an envelope it was the vendor's own server that answered.
        if (NEVER_REACHED.contains(answer.status())) {
            return new SubmitAnswer.NotSent(true, told);
        }
        return new SubmitAnswer.Uncertain(told);
    }

    /** Whether it is open after this if the vendor took the job. */
    public boolean isAmbiguous(TransportResult reply) {
        return meaning(reply, NOBODYS) instanceof SubmitAnswer.Uncertain;
    }

    /** For the breaker: what is ambiguous counts like what fails; a refusal is an answer. */
    public boolean speaksAgainstTheVendor(TransportResult reply) {
        return switch (meaning(reply, NOBODYS)) {
            case SubmitAnswer.NotSent _, SubmitAnswer.Uncertain _, SubmitAnswer.Retryable _ -> true;
            case SubmitAnswer.Accepted _,
                    SubmitAnswer.AccountStopped _,
                    SubmitAnswer.Throttled _,
                    SubmitAnswer.Refused _ ->
                    false;
        };
    }

    private static @Nullable String sound(@Nullable String id) {
        boolean sound =
                id != null
                        && !id.isEmpty()
                        && id.length() <= LONGEST_ID
                        && id.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        return sound ? id : null;
    }

    /** An id that stands whole in JSON that is broken before it. */
    private static @Nullable String stray(String text) {
        int name = text.indexOf(ID);
        int colon = name < 0 ? -1 : text.indexOf(':', name + ID.length());
        int from = colon < 0 ? -1 : text.indexOf('"', colon);
        int to = from < 0 ? -1 : text.indexOf('"', from + 1);
        boolean apart = to < 0 || !text.substring(colon + 1, from).isBlank();
        return apart || !text.substring(name + ID.length(), colon).isBlank()
                ? null
                : text.substring(from + 1, to);
    }
}
