package dev.seedgate.vendor.contract;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** What a poll's answer means. Only a proven end is an end. */
public final class PollClassifier {

    private static final Logger log = LoggerFactory.getLogger(PollClassifier.class);

    /** So many new values are told in the log; a vendor gone mad must not fill the memory. */
    private static final int REMEMBERED = 50;

    private final Supplier<@Nullable String> base;
    private final Counter unknown;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /**
     * @param base the vendor's address, which paths in its answers are completed with
     */
    public PollClassifier(Supplier<@Nullable String> base, MeterRegistry meters) {
        this.base = base;
        this.unknown =
                Counter.builder("seedgate.vendor.unknown.statuses")
                        .description("Polls answered with a status nobody knows")
                        .register(meters);
    }

    public PollAnswer meaning(String taskId, TransportResult reply, Evidence evidence) {
        String words = evidence.of(reply);
        if (!(reply instanceof TransportResult.Answered answer)) {
            return new PollAnswer.Unanswered(words);
        }
        Envelope envelope = Envelope.of(answer);
        if (denies(envelope)) {
            return new PollAnswer.Denied(words);
        }
        @Nullable JsonNode status = Envelope.field(envelope.task(), "status");
        if (envelope.status() / 100 != 2
                || status == null
                || envelope.isCut()
                || !isAbout(taskId, envelope)) {
            return new PollAnswer.Unanswered(words);
        }
        // A status that is no string is as unknown as one with a new name.
        return switch (status.isString() ? status.asString().strip() : status.toString()) {
            case "IN_PROGRESS" -> new PollAnswer.Running(words);
            case "SUCCESS" -> new PollAnswer.Succeeded(urls(envelope), credits(envelope), words);
            // A failure gives the charge back, so it has to be said in a sound answer.
            case "FAILED" ->
                    envelope.isWhole()
                            ? new PollAnswer.Failed(
                                    evidence.message(
                                            text(Envelope.field(envelope.task(), "error_message"))),
                                    credits(envelope),
                                    words)
                            : new PollAnswer.Unanswered(words);
            case String other -> {
                tell(evidence.message(other));
                yield new PollAnswer.Running(words);
            }
        };
    }

    /** What an answer says of whether there is such a task at all. */
    public TaskLookup sighting(String taskId, TransportResult reply, Evidence evidence) {
        String words = evidence.of(reply);
        if (!(reply instanceof TransportResult.Answered answer)) {
            return new TaskLookup.Silent(words);
        }
        Envelope envelope = Envelope.of(answer);
        if (denies(envelope)) {
            return new TaskLookup.Unknown(words);
        }
        if (envelope.status() / 100 != 2
                || Envelope.field(envelope.task(), "status") == null
                || envelope.isCut()
                || !isAbout(taskId, envelope)) {
            return new TaskLookup.Silent(words);
        }
        @Nullable JsonNode request = Envelope.field(envelope.task(), "request");
        @Nullable JsonNode sound = Envelope.field(request, "sound");
        @Nullable Boolean withSound =
                (sound != null && sound.isBoolean()) ? sound.booleanValue() : null;
        return new TaskLookup.Known(
                told(request, "prompt"), told(request, "duration"), withSound, words);
    }

    /** Whether the vendor's own application says that it knows no such task. */
    private static boolean denies(Envelope envelope) {
        return envelope.isGenuine() && Set.of(400, 404, 422).contains(envelope.status());
    }

    private static @Nullable String told(@Nullable JsonNode request, String field) {
        @Nullable JsonNode value = request == null ? null : request.get(field);
        return value == null || !(value.isString() || value.isNumber()) ? null : value.asString();
    }

    private static boolean isAbout(String taskId, Envelope envelope) {
        if (envelope.isBare()) {
            // Without data around it the status may be the call's own: only the id tells.
            return taskId.equals(envelope.taskId());
        }
        @Nullable JsonNode id = envelope.data("task_id");
        return id == null || taskId.equals(envelope.taskId());
    }

    private void tell(String status) {
        unknown.increment();
        if (told.size() < REMEMBERED && told.add(status)) {
            log.warn("The vendor sent a status nobody knows, taken as still running: {}", status);
        }
    }

    private List<String> urls(Envelope envelope) {
        @Nullable JsonNode task = envelope.task();
        return task == null ? List.of() : Clips.in(task, base.get());
    }

    private static @Nullable Long credits(Envelope envelope) {
        @Nullable JsonNode node = Envelope.field(envelope.task(), "consumed_credits");
        if (node == null || !(node.isNumber() || node.isString())) {
            return null;
        }
        try {
            BigDecimal credits = new BigDecimal(node.asString().strip());
            // The scale first: an exponent of a billion would be written out digit by digit.
            boolean sane = Math.abs(credits.scale()) < 20 && credits.signum() >= 0;
            return sane ? Long.valueOf(credits.longValueExact()) : null;
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }

    private static String text(@Nullable JsonNode node) {
        if (node == null) {
            return "";
        }
        return node.isString() ? node.asString() : node.toString();
    }
}
