package dev.seedgate.task.order;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.vendor.contract.ClipRequest;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The parser of a create's body: reads and cleans it by the rules of the contract. What comes out
 * is what is stored, echoed, priced and sent. Each refusal names its field and the rule.
 */
@Component
class OrderParser {

    private static final Set<String> FIELDS =
            Set.of("prompt", "aspect_ratio", "duration", "sound", "image_urls");
    // Of the names of ignored fields: a client's mistake fills no header.
    private static final int MOST_IGNORED = 20;
    private static final int LONGEST_IGNORED = 40;

    private static final Set<String> ASPECT_RATIOS = Set.of("16:9", "9:16", "1:1");
    private static final String DEFAULT_ASPECT_RATIO = "16:9";
    // The vendor's page: at most 1000 characters.
    static final int LONGEST_PROMPT = 1000;
    // What browsers and proxies agree on.
    static final int LONGEST_URL = 2048;

    private static final Pattern UNWRITABLE = Pattern.compile("[^!-+\\--~]");

    private static final Pattern UNDERSCORED_HOST =
            Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(:[0-9]{1,5})?");

    /** Sharp s, final sigma and the joiners: letters of their own since 2008, not before. */
    private static final String AMBIGUOUS = "\u00df\u1e9e\u03c2\u200c\u200d";

    private final int maxImageUrls;

    OrderParser(GenerationSettings settings) {
        maxImageUrls = settings.maxImageUrls();
    }

    ClipRequest read(JsonNode body) {
        String prompt = prompt(field(body, "prompt"));
        List<String> imageUrls = imageUrls(field(body, "image_urls"));
        return new ClipRequest(
                prompt,
                aspectRatio(field(body, "aspect_ratio"), !imageUrls.isEmpty()),
                duration(field(body, "duration")),
                sound(field(body, "sound")),
                imageUrls);
    }

    /**
     * The names of the fields that are no part of an order, as a header can carry them: at most 20,
     * each at most 40 characters long, a question mark for what a header's list can't hold. Empty
     * when there are none.
     */
    static String ignored(JsonNode body) {
        List<String> names =
                body.propertyNames().stream()
                        .filter(name -> !FIELDS.contains(name))
                        .limit(MOST_IGNORED + 1L)
                        .map(OrderParser::written)
                        .toList();
        return names.size() > MOST_IGNORED
                ? String.join(", ", names.subList(0, MOST_IGNORED)) + ", ..."
                : String.join(", ", names);
    }

    private static String written(String name) {
        String plain = UNWRITABLE.matcher(name).replaceAll("?");
        return plain.isEmpty()
                ? "?"
                : plain.length() > LONGEST_IGNORED
                        ? plain.substring(0, LONGEST_IGNORED - 3) + "..."
                        : plain;
    }

    /** Null stands for absent in every field. */
    private static @Nullable JsonNode field(JsonNode body, String name) {
        JsonNode value = body.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private static String prompt(@Nullable JsonNode value) {
        if (value == null) {
            throw invalid(
                    ErrorCode.INVALID_PROMPT,
                    "prompt is missing; it must be a text of 1 to 1000 characters.");
        }
        if (!value.isString()) {
            throw invalid(ErrorCode.INVALID_PROMPT, "prompt must be a string.");
        }
        String text = value.stringValue().replace("\r\n", "\n").replace('\r', '\n');
        IntPredicate forbidden = c -> Character.isISOControl(c) && c != '\n' && c != '\t';
        if (text.codePoints().anyMatch(forbidden)) {
            throw invalid(
                    ErrorCode.INVALID_PROMPT,
                    "prompt must not contain control characters other than newline and tab.");
        }
        if (hasLoneSurrogate(text)) {
            throw invalid(ErrorCode.INVALID_PROMPT, "prompt must not contain lone surrogates.");
        }
        String stripped = text.strip();
        int length = stripped.codePointCount(0, stripped.length());
        if (length == 0) {
            throw invalid(
                    ErrorCode.INVALID_PROMPT,
                    "prompt is empty; it must have 1 to 1000 characters.");
        }
        if (length > LONGEST_PROMPT) {
            throw invalid(
                    ErrorCode.INVALID_PROMPT,
                    "prompt has " + length + " characters; at most 1000 are allowed.");
        }
        return stripped;
    }

    /** With images the vendor ignores it, so anything is let pass there. */
    private static String aspectRatio(@Nullable JsonNode value, boolean withImages) {
        boolean known =
                value != null && value.isString() && ASPECT_RATIOS.contains(value.stringValue());
        if (value != null && known) {
            return value.stringValue();
        }
        if (withImages) {
            return DEFAULT_ASPECT_RATIO;
        }
        throw invalid(
                ErrorCode.INVALID_ASPECT_RATIO,
                "aspect_ratio must be one of \"16:9\", \"9:16\", \"1:1\" when there are no image_urls.");
    }

    private static int duration(@Nullable JsonNode value) {
        if (value != null && value.isString()) {
            if (value.stringValue().equals("5")) {
                return 5;
            }
            if (value.stringValue().equals("10")) {
                return 10;
            }
        }
        if (value != null
                && value.isNumber()
                && (value.doubleValue() == 5 || value.doubleValue() == 10)) {
            return value.intValue();
        }
        throw invalid(ErrorCode.INVALID_DURATION, "duration must be \"5\" or \"10\" (seconds).");
    }

    private static boolean sound(@Nullable JsonNode value) {
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw invalid(ErrorCode.INVALID_SOUND, "sound must be true or false.");
        }
        return value.booleanValue();
    }

    private List<String> imageUrls(@Nullable JsonNode value) {
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw invalid(ErrorCode.INVALID_IMAGE_URLS, "image_urls must be an array of URLs.");
        }
        if (value.size() > maxImageUrls) {
            throw invalid(
                    ErrorCode.INVALID_IMAGE_URLS,
                    "image_urls has "
                            + value.size()
                            + " entries; at most "
                            + maxImageUrls
                            + " are allowed.");
        }
        List<String> urls = new ArrayList<>();
        for (JsonNode entry : value) {
            String place = "image_urls[" + urls.size() + "]";
            if (!entry.isString()) {
                throw invalid(ErrorCode.INVALID_IMAGE_URLS, place + " must be a string.");
            }
            urls.add(imageUrl(place, entry.stringValue()));
        }
        return urls;
    }

    private static String imageUrl(String place, String text) {
        if (text.length() > LONGEST_URL) {
            throw invalid(ErrorCode.INVALID_IMAGE_URLS, place + " is longer than 2048 characters.");
        }
        if (hasLoneSurrogate(text)) {
            throw invalid(
                    ErrorCode.INVALID_IMAGE_URLS, place + " must not contain lone surrogates.");
        }
        String url = withAsciiHost(place, text);
        if (url.length() > LONGEST_URL) {
            throw invalid(ErrorCode.INVALID_IMAGE_URLS, place + " is longer than 2048 characters.");
        }
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
            if (!web || !hasHost(uri) || uri.getRawUserInfo() != null) {
                throw invalid(
                        ErrorCode.INVALID_IMAGE_URLS,
                        place
                                + " must be an absolute http or https URL with a host and without user info.");
            }
            return url;
        } catch (URISyntaxException e) {
            throw invalid(ErrorCode.INVALID_IMAGE_URLS, place + " is not a valid URL.");
        }
    }

    /**
     * The URL with an international host name as the name system knows it ({@code xn--…}). Where
     * the two standards for that lead to different hosts, the client has to say which one is meant.
     */
    private static String withAsciiHost(String place, String text) {
        int scheme = text.indexOf("://");
        if (scheme < 0) {
            return text;
        }
        int from = scheme + 3;
        int to = from;
        while (to < text.length() && "/?#\\".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        String authority = text.substring(from, to);
        if (authority.chars().allMatch(c -> c < 0x80)) {
            return text;
        }
        int port = authority.lastIndexOf(':');
        String host = port < 0 ? authority : authority.substring(0, port);
        if (host.chars().anyMatch(c -> AMBIGUOUS.indexOf(c) >= 0)) {
            throw invalid(
                    ErrorCode.INVALID_IMAGE_URLS,
                    place + " has a host that standards read differently; write it as xn--….");
        }
        try {
            return text.substring(0, from)
                    + IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES)
                    + (port < 0 ? "" : authority.substring(port))
                    + text.substring(to);
        } catch (IllegalArgumentException e) {
            throw invalid(
                    ErrorCode.INVALID_IMAGE_URLS, place + " has a host that is no host name.");
        }
    }

    /** Java knows no host with an underscore, but storage services have them. */
    private static boolean hasHost(URI uri) {
        String authority = uri.getRawAuthority();
        return uri.getHost() != null
                || (authority != null && UNDERSCORED_HOST.matcher(authority).matches());
    }

    /** Half a character: neither the database nor the vendor could be given it as it is. */
    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    private static ApiException invalid(ErrorCode code, String message) {
        return new ApiException(code, message);
    }
}
