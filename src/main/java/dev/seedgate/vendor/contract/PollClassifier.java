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

/** Classifier of answers to polls. Only a proven end is an end. */
public final class PollClassifier {

    private static final Logger log = LoggerFactory.getLogger(PollClassifier.class);

    /**
     * Unknown values that are written to the log, once each; a vendor gone mad must not fill the
     * memory.
     */
    private static final int MAX_REPORTED = 50;

    private final Supplier<@Nullable String> baseUrl;
    private final Counter unknownStatuses;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    /**
     * @param baseUrl the vendor's address, which paths in its answers are completed with
     */
    public PollClassifier(Supplier<@Nullable String> baseUrl, MeterRegistry meters) {
        this.baseUrl = baseUrl;
        this.unknownStatuses =
                Counter.builder("seedgate.vendor.unknown.statuses")
                        .description("Polls answered with a status nobody knows")
                        .register(meters);
    }

    public PollAnswer classify(String taskId, TransportResult result, Evidence evidence) {
        String summary = evidence.summary(result);
        if (!(result instanceof TransportResult.Response response)) {
            return new PollAnswer.Unanswered(summary);
        }
        Envelope envelope = Envelope.of(response);
        if (isUnknownTask(envelope)) {
            return new PollAnswer.UnknownTask(summary);
        }
        @Nullable JsonNode status = Envelope.field(envelope.task(), "status");
        if (envelope.status() / 100 != 2
                || status == null
                || envelope.isTruncated()
                || !isAbout(taskId, envelope)) {
            return new PollAnswer.Unanswered(summary);
        }
        // A status that is no string is as unknown as one with a new name.
        return switch (status.isString() ? status.asString().strip() : status.toString()) {
            case "IN_PROGRESS" -> new PollAnswer.Running(summary);
            case "SUCCESS" ->
                    new PollAnswer.Succeeded(clipUrls(envelope), credits(envelope), summary);
            // A failure gives the charge back, so it has to be said in a sound answer.
            case "FAILED" ->
                    envelope.isComplete()
                            ? new PollAnswer.Failed(
                                    evidence.cleanMessage(
                                            text(Envelope.field(envelope.task(), "error_message"))),
                                    credits(envelope),
                                    summary)
                            : new PollAnswer.Unanswered(summary);
            case String other -> {
                reportUnknownStatus(evidence.cleanMessage(other));
                yield new PollAnswer.Running(summary);
            }
        };
    }

    /** Classifies whether there is such a task at all. */
    public TaskLookup classifyLookUp(String taskId, TransportResult result, Evidence evidence) {
        String summary = evidence.summary(result);
        if (!(result instanceof TransportResult.Response response)) {
            return new TaskLookup.Unanswered(summary);
        }
        Envelope envelope = Envelope.of(response);
        if (isUnknownTask(envelope)) {
            return new TaskLookup.Unknown(summary);
        }
        if (envelope.status() / 100 != 2
                || Envelope.field(envelope.task(), "status") == null
                || envelope.isTruncated()
                || !isAbout(taskId, envelope)) {
            return new TaskLookup.Unanswered(summary);
        }
        @Nullable JsonNode request = Envelope.field(envelope.task(), "request");
        @Nullable JsonNode sound = Envelope.field(request, "sound");
        @Nullable Boolean withSound =
                (sound != null && sound.isBoolean()) ? sound.booleanValue() : null;
        return new TaskLookup.Known(
                textOrNumber(request, "prompt"),
                textOrNumber(request, "duration"),
                withSound,
                summary);
    }

    /** Whether the vendor's own application says that it knows no such task. */
    private static boolean isUnknownTask(Envelope envelope) {
        return envelope.hasCode() && Set.of(400, 404, 422).contains(envelope.status());
    }

    private static @Nullable String textOrNumber(@Nullable JsonNode request, String field) {
        @Nullable JsonNode value = request == null ? null : request.get(field);
        return value == null || !(value.isString() || value.isNumber()) ? null : value.asString();
    }

    private static boolean isAbout(String taskId, Envelope envelope) {
        if (envelope.lacksData()) {
            // Without data around it the status may be the call's own: only the id tells.
            return taskId.equals(envelope.taskId());
        }
        @Nullable JsonNode id = envelope.data("task_id");
        return id == null || taskId.equals(envelope.taskId());
    }

    private void reportUnknownStatus(String status) {
        unknownStatuses.increment();
        if (reported.size() < MAX_REPORTED && reported.add(status)) {
            log.warn("The vendor sent a status nobody knows, taken as still running: {}", status);
        }
    }

    private List<String> clipUrls(Envelope envelope) {
        @Nullable JsonNode task = envelope.task();
        return task == null ? List.of() : ClipUrls.find(task, baseUrl.get());
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
