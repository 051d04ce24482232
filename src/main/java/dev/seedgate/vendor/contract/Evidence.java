package dev.seedgate.vendor.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what happened in one call for admins, and cleans what the vendor says for teams. Never
 * tells the key; never tells the prompt, which vendors like to echo.
 */
public final class Evidence {

    private static final int LONGEST = 600;
    private static final int LONGEST_BODY = 300;
    private static final int LONGEST_MESSAGE = 300;

    private static final Pattern INVISIBLE =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\s]++");

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
    String of(TransportResult reply) {
        long elapsed = Duration.ofNanos(System.nanoTime() - startedNanos).toMillis();
        String outcome =
                switch (reply) {
                    case TransportResult.NotBegun it -> "not sent: " + it.cause();
                    case TransportResult.Lost it -> "sent, no answer: " + it.cause();
                    case TransportResult.Answered it -> told(it);
                };
        return cleaned(sentAt + " " + call + ", after " + elapsed + " ms " + outcome, LONGEST);
    }

    /** A vendor's message as a team may read it. */
    String message(String raw) {
        String message = cleaned(raw, LONGEST_MESSAGE);
        return message.isEmpty() ? "The vendor gave no reason." : message;
    }

    private String told(TransportResult.Answered answer) {
        @Nullable String type = answer.headers().getFirst(HttpHeaders.CONTENT_TYPE);
        return "HTTP "
                + answer.status()
                + (type == null ? "" : ", " + cleaned(type, 60))
                + (answer.complete() ? ": " : ", cut short: ")
                + snippet(answer.content());
    }

    private String snippet(Content content) {
        @Nullable JsonNode root = content.json().root();
        if (root == null || content.json().state() != NearJson.State.WHOLE) {
            // Cut JSON may hold the prompt where it can't be found any more.
            boolean cutJson = content.start().contains("{") && !content.start().startsWith("<");
            return cutJson || PromptRedactor.tells(content.start(), prompt)
                    ? "(" + content.length() + " characters)"
                    : shown(content.start());
        }
        JsonNode json = root.deepCopy();
        String echoed = withoutRequest(json.path("data")) + withoutRequest(json);
        String said = said(json);
        boolean telling = PromptRedactor.tells(said, prompt) || PromptRedactor.tells(said, echoed);
        return telling ? "(a body that repeats the prompt)" : shown(json.toString());
    }

    /** The prompt that was in it. */
    private static String withoutRequest(JsonNode node) {
        String prompt = node.path("request").path("prompt").asString("");
        if (node instanceof ObjectNode object) {
            object.remove("request");
        }
        return prompt;
    }

    private String shown(String body) {
        return body.isEmpty() ? "(no body)" : cleaned(PromptRedactor.start(body), LONGEST_BODY);
    }

    /** All strings inside, without the escapes of JSON. */
    private static String said(JsonNode node) {
        if (node.isString()) {
            return node.asString();
        }
        StringBuilder said = new StringBuilder();
        node.values().forEach(each -> said.append(said(each)).append(' '));
        return said.toString();
    }

    /** No control or format characters, white space folded, cut to a length, the key blanked. */
    private String cleaned(String raw, int longest) {
        String visible = INVISIBLE.matcher(raw.replace(key, "***")).replaceAll(" ").strip();
        if (visible.codePointCount(0, visible.length()) <= longest) {
            return visible;
        }
        return visible.substring(0, visible.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
