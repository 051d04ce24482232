package dev.seedgate.vendor.contract;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Classifier of answers to submits: the table the money hangs on, first match wins. What it does
 * not name is uncertain.
 */
public final class SubmitClassifier {

    /** Said by the proxy in front when it never reached the vendor's own server. */
    private static final Set<Integer> NEVER_REACHED = Set.of(521, 523, 525, 526);

    private static final int MAX_ID_LENGTH = 128;
    // For what asks for the class of a result only.
    private static final Evidence NO_EVIDENCE = new Evidence("", Instant.EPOCH, "-", "");
    private static final String ID_FIELD = "\"task_id\"";

    private final boolean resubmitOn500;

    public SubmitClassifier(boolean resubmitOn500) {
        this.resubmitOn500 = resubmitOn500;
    }

    public SubmitAnswer classify(TransportResult result, Evidence evidence) {
        String summary = evidence.summary(result);
        return switch (result) {
            case TransportResult.NotSent it -> new SubmitAnswer.NotSent(!it.ownGuard(), summary);
            case TransportResult.NoResponse _ -> new SubmitAnswer.Uncertain(summary);
            case TransportResult.Response response -> classify(response, evidence, summary);
        };
    }

    private SubmitAnswer classify(
            TransportResult.Response response, Evidence evidence, String summary) {
        Envelope envelope = Envelope.of(response);
        @Nullable String id = validId(envelope.taskId());
        if (id == null && !envelope.isComplete()) {
            id = validId(idInBrokenJson(response.content().start()));
        }
        if (response.status() / 100 == 2 && id != null) {
            return new SubmitAnswer.Accepted(id, summary);
        }
        int status = envelope.status();
        if (PauseReason.ofSubmit(envelope).isPresent()) {
            return status == 429
                    ? new SubmitAnswer.Throttled(summary)
                    : new SubmitAnswer.AccountStopped(status != 401 && status != 402, summary);
        }
        if (status == 500 && envelope.hasCode() && resubmitOn500) {
            return new SubmitAnswer.Retryable(summary);
        }
        if (status / 100 == 4) {
            return new SubmitAnswer.Refused(evidence.cleanMessage(envelope.message()), summary);
        }
        // Only as a real status: inside an envelope it was the vendor's own server that answered.
        if (NEVER_REACHED.contains(response.status())) {
            return new SubmitAnswer.NotSent(true, summary);
        }
        return new SubmitAnswer.Uncertain(summary);
    }

    /** Whether it stays unknown after this if the vendor took the job. */
    public boolean isAmbiguous(TransportResult result) {
        return classify(result, NO_EVIDENCE) instanceof SubmitAnswer.Uncertain;
    }

    /** For the breaker: what is ambiguous counts like what fails; a refusal is an answer. */
    public boolean countsAsFailure(TransportResult result) {
        return switch (classify(result, NO_EVIDENCE)) {
            case SubmitAnswer.NotSent _, SubmitAnswer.Uncertain _, SubmitAnswer.Retryable _ -> true;
            case SubmitAnswer.Accepted _,
                    SubmitAnswer.AccountStopped _,
                    SubmitAnswer.Throttled _,
                    SubmitAnswer.Refused _ ->
                    false;
        };
    }

    private static @Nullable String validId(@Nullable String id) {
        boolean valid =
                id != null
                        && !id.isEmpty()
                        && id.length() <= MAX_ID_LENGTH
                        && id.chars().allMatch(c -> c > 0x20 && c < 0x7f);
        return valid ? id : null;
    }

    /** An id that stands whole in JSON that is broken before it. */
    private static @Nullable String idInBrokenJson(String text) {
        int name = text.indexOf(ID_FIELD);
        int colon = name < 0 ? -1 : text.indexOf(':', name + ID_FIELD.length());
        int from = colon < 0 ? -1 : text.indexOf('"', colon);
        int to = from < 0 ? -1 : text.indexOf('"', from + 1);
        boolean apart = to < 0 || !text.substring(colon + 1, from).isBlank();
        return apart || !text.substring(name + ID_FIELD.length(), colon).isBlank()
                ? null
                : text.substring(from + 1, to);
    }
}
