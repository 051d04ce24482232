package dev.seedgate.upstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a poll's answer means. Only a proven end is an end. */
final class PollTable {

    private static final Logger log = LoggerFactory.getLogger(PollTable.class);

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern URL =
            Pattern.compile("(?i)https?://[^\\s/?#\\p{Cntrl}]+[^\\s\\p{Cntrl}]*");

    /** So many new values are told in the log; a vendor gone mad must not fill the memory. */
    private static final int REMEMBERED = 50;

    private final Counter unknown;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    PollTable(MeterRegistry meters) {
        this.unknown =
                Counter.builder("seedgate.vendor.unknown.statuses")
                        .description("Polls answered with a status nobody knows")
                        .register(meters);
    }

    PollAnswer meaning(String taskId, Reply reply, Evidence evidence) {
        String words = evidence.of(reply);
        if (!(reply instanceof Reply.Answered answer)) {
            return new PollAnswer.Unanswered(words);
        }
        Envelope envelope = Envelope.of(answer);
        if (denies(envelope)) {
            return new PollAnswer.Denied(words);
        }
        @Nullable JsonNode status = envelope.data("status");
        if (envelope.status() / 100 != 2 || status == null || !isAbout(taskId, envelope)) {
            return new PollAnswer.Unanswered(words);
        }
        // A status that is no string is as unknown as one with a new name.
        return switch (status.isString() ? status.asString() : status.toString()) {
            case "IN_PROGRESS" -> new PollAnswer.Running(words);
            case "SUCCESS" -> new PollAnswer.Succeeded(urls(envelope), credits(envelope), words);
            case "FAILED" ->
                    new PollAnswer.Failed(
                            evidence.message(text(envelope.data("error_message"))),
                            credits(envelope),
                            words);
            case String other -> {
                tell(evidence.message(other));
                yield new PollAnswer.Running(words);
            }
        };
    }

    /** What an answer says of whether there is such a task at all. */
    Sighting sighting(String taskId, Reply reply, Evidence evidence) {
        String words = evidence.of(reply);
        if (!(reply instanceof Reply.Answered answer)) {
            return new Sighting.Silent(words);
        }
        Envelope envelope = Envelope.of(answer);
        if (denies(envelope)) {
            return new Sighting.Unknown(words);
        }
        if (envelope.status() / 100 != 2
                || envelope.data("status") == null
                || !isAbout(taskId, envelope)) {
            return new Sighting.Silent(words);
        }
        @Nullable JsonNode request = envelope.data("request");
        JsonNode sound = JSON.createObjectNode().path("sound");
        if (request != null) {
            sound = request.path("sound");
        }
        @Nullable Boolean withSound = sound.isBoolean() ? sound.booleanValue() : null;
        return new Sighting.Known(
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
        @Nullable JsonNode id = envelope.data("task_id");
        return id == null || (id.isString() && id.asString().equals(taskId));
    }

    private void tell(String status) {
        unknown.increment();
        if (told.size() < REMEMBERED && told.add(status)) {
            log.warn("The vendor sent a status nobody knows, taken as still running: {}", status);
        }
    }

    private static List<String> urls(Envelope envelope) {
        @Nullable JsonNode response = envelope.data("response");
        return response == null ? List.of() : urls(response, true);
    }

    private static List<String> urls(JsonNode node, boolean mayBeText) {
        if (node.isArray()) {
            return new ArrayList<>(node.values())
                    .stream().flatMap(each -> url(each.isString() ? each.asString() : "")).toList();
        }
        if (node.isObject()) {
            return urls(node.path("resultUrls"), false);
        }
        if (!node.isString() || !mayBeText) {
            return List.of();
        }
        try {
            return urls(JSON.readTree(node.asString()), false);
        } catch (JacksonException e) {
            // Neither an array nor an object inside the string: it may be the one URL itself.
            return url(node.asString()).toList();
        }
    }

    private static Stream<String> url(String text) {
        return URL.matcher(text).matches() ? Stream.of(text) : Stream.empty();
    }

    private static @Nullable Long credits(Envelope envelope) {
        @Nullable JsonNode node = envelope.data("consumed_credits");
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
