package dev.seedgate.vendor.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Order of a clip, cleaned: the fields that the vendor knows, in its names and types. */
@JsonPropertyOrder({"prompt", "aspect_ratio", "duration", "sound", "image_urls"})
record ClipOrder(
        @JsonProperty("prompt") String prompt,
        @JsonProperty("aspect_ratio") String aspectRatio,
        @JsonProperty("duration") String duration,
        @JsonProperty("sound") boolean sound,
        @JsonInclude(Include.NON_EMPTY) @JsonProperty("image_urls") List<String> imageUrls) {

    private static final Set<String> ASPECT_RATIOS = Set.of("16:9", "9:16", "1:1");
    private static final Set<String> DURATIONS = Set.of("5", "10");
    private static final int MAX_PROMPT = 1000;
    private static final int MAX_URL_LENGTH = 2048;

    /**
     * Reads what was posted, as strict in types as the vendor's page: it is here to be tried
     * against.
     */
    static ClipOrder from(JsonNode posted, int mostImageUrls) {
        List<String> imageUrls = imageUrls(posted.path("image_urls"), mostImageUrls);
        return new ClipOrder(
                prompt(posted.path("prompt")),
                aspectRatio(posted.path("aspect_ratio"), !imageUrls.isEmpty()),
                duration(posted.path("duration")),
                sound(posted.path("sound")),
                imageUrls);
    }

    /** The vendor's price list. */
    long credits() {
        long silent = duration.equals("5") ? 65 : 130;
        return sound ? silent * 2 : silent;
    }

    private static String prompt(JsonNode posted) {
        if (!posted.isString()) {
            throw new SandboxException(400, "prompt is required and must be a string");
        }
        String prompt = text("prompt", posted).strip();
        if (prompt.isEmpty() || prompt.codePointCount(0, prompt.length()) > MAX_PROMPT) {
            throw new SandboxException(400, "prompt must have 1 to 1000 characters");
        }
        return prompt;
    }

    private static String aspectRatio(JsonNode posted, boolean hasImages) {
        if (posted.isString() && ASPECT_RATIOS.contains(posted.stringValue())) {
            return posted.stringValue();
        }
        if (hasImages) {
            return "16:9";
        }
        throw new SandboxException(400, "aspect_ratio must be one of 16:9, 9:16, 1:1");
    }

    private static String duration(JsonNode posted) {
        if (posted.isString() && DURATIONS.contains(posted.stringValue())) {
            return posted.stringValue();
        }
        throw new SandboxException(400, "duration must be \"5\" or \"10\"");
    }

    private static boolean sound(JsonNode posted) {
        if (isAbsent(posted)) {
            return false;
        }
        if (posted.isBoolean()) {
            return posted.booleanValue();
        }
        throw new SandboxException(400, "sound must be a boolean");
    }

    private static List<String> imageUrls(JsonNode posted, int most) {
        if (isAbsent(posted)) {
            return List.of();
        }
        if (!posted.isArray()) {
            throw new SandboxException(400, "image_urls must be an array of strings");
        }
        if (posted.size() > most) {
            throw new SandboxException(400, "image_urls must have at most " + most + " entries");
        }
        List<String> urls = new ArrayList<>();
        for (JsonNode url : posted) {
            if (!url.isString()) {
                throw new SandboxException(400, "image_urls must be an array of strings");
            }
            String text = text("image_urls", url);
            if (text.length() > MAX_URL_LENGTH || !isWebAddress(text)) {
                throw new SandboxException(
                        400, "image_urls must be http or https URLs of at most 2048 characters");
            }
            urls.add(text);
        }
        return List.copyOf(urls);
    }

    /** The host by its authority: Java knows none with an underscore, storage services do. */
    private static boolean isWebAddress(String text) {
        try {
            URI url = new URI(text);
            return ("http".equalsIgnoreCase(url.getScheme())
                            || "https".equalsIgnoreCase(url.getScheme()))
                    && url.getRawAuthority() != null
                    && !url.getRawAuthority().contains("@");
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /** Refuses what JSON can say and the database can't hold. */
    private static String text(String field, JsonNode posted) {
        String text = posted.stringValue();
        if (text.codePoints().anyMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF))) {
            throw new SandboxException(
                    400, field + " must be text: it has a NUL or half a character");
        }
        return text;
    }

    private static boolean isAbsent(JsonNode posted) {
        return posted.isMissingNode() || posted.isNull();
    }
}
