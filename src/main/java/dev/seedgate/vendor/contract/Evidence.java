package dev.seedgate.vendor.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writer of the evidence of one call for admins, and cleaner of the vendor's messages for teams.
 * Shows neither the key nor the prompt, which vendors like to echo.
 */
public final class Evidence {

    private static final int MAX_LENGTH = 600;
    private static final int MAX_BODY = 300;
    private static final int MAX_MESSAGE = 300;

    // A visible ASCII character, as nearly all are, is passed over before six classes are looked
    // up.
    private static final Pattern INVISIBLE =
            Pattern.compile("(?![!-~])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\s]++");

    private final String call;
    private final Instant sentAt;
    private final long startedNanos = System.nanoTime();
    private final String key;
    private final String prompt;

    /**
     * @param call for example {@code POST /api/generate}
     * @param prompt empty for a poll
     */
    public Evidence(String call, Instant sentAt, String key, String prompt) {
        this.call = call;
        this.sentAt = sentAt;
        this.key = key;
        this.prompt = prompt;
    }

    public Instant sentAt() {
        return sentAt;
    }

    /** What came of the call, in a line. */
    String summary(TransportResult result) {
        long elapsed = Duration.ofNanos(System.nanoTime() - startedNanos).toMillis();
        String outcome =
                switch (result) {
                    case TransportResult.NotSent it -> "not sent: " + it.cause();
                    case TransportResult.NoResponse it -> "sent, no answer: " + it.cause();
                    case TransportResult.Response it -> describe(it);
                };
        return clean(sentAt + " " + call + ", after " + elapsed + " ms " + outcome, MAX_LENGTH);
    }

    /** A vendor's message as a team may read it. */
    String cleanMessage(String raw) {
        String message = clean(raw, MAX_MESSAGE);
        return message.isEmpty() ? "The vendor gave no reason." : message;
    }

    private String describe(TransportResult.Response answer) {
        @Nullable String type = answer.headers().getFirst(HttpHeaders.CONTENT_TYPE);
        return "HTTP "
                + answer.status()
                + (type == null ? "" : ", " + clean(type, 60))
                + (answer.complete() ? ": " : ", cut short: ")
                + excerpt(answer.content());
    }

    private String excerpt(Content content) {
        @Nullable JsonNode root = content.json().root();
        if (root == null || content.json().state() != LenientJson.State.COMPLETE) {
            // Cut JSON may hold the prompt where it can't be found any more.
            boolean cutJson = content.start().contains("{") && !content.start().startsWith("<");
            return cutJson || PromptRedactor.contains(content.start(), prompt)
                    ? "(" + content.length() + " characters)"
                    : cleanBody(content.start());
        }
        JsonNode json = root.deepCopy();
        String requestPrompts = removeRequest(json.path("data")) + removeRequest(json);
        String said = strings(json);
        boolean echoes =
                PromptRedactor.contains(said, prompt)
                        || PromptRedactor.contains(said, requestPrompts);
        return echoes ? "(a body that repeats the prompt)" : cleanBody(json.toString());
    }

    /** The prompt that was in it. */
    private static String removeRequest(JsonNode node) {
        String prompt = node.path("request").path("prompt").asString("");
        if (node instanceof ObjectNode object) {
            object.remove("request");
        }
        return prompt;
    }

    private String cleanBody(String body) {
        return body.isEmpty() ? "(no body)" : clean(PromptRedactor.searched(body), MAX_BODY);
    }

    /** All strings inside, without the escapes of JSON. */
    private static String strings(JsonNode node) {
        if (node.isString()) {
            return node.asString();
        }
        StringBuilder said = new StringBuilder();
        node.values().forEach(each -> said.append(strings(each)).append(' '));
        return said.toString();
    }

    /** No control or format characters, white space folded, cut to a length, the key blanked. */
    private String clean(String raw, int maxLength) {
        String visible = INVISIBLE.matcher(raw.replace(key, "***")).replaceAll(" ").strip();
        if (visible.codePointCount(0, visible.length()) <= maxLength) {
            return visible;
        }
        return visible.substring(0, visible.offsetByCodePoints(0, maxLength - 1)) + "…";
    }
}
