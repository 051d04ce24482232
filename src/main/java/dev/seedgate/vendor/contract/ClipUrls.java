package dev.seedgate.vendor.contract;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Collector of the clips' URLs in an answer, in whatever shape they stand: the vendor has been
 * paid, so none is thrown away for its looks. As they are, but for white space around them; only
 * paths are completed with the vendor's own address.
 */
final class ClipUrls {

    /** Fields that may hold clips; the first that has any wins. */
    private static final List<String> FIELDS =
            List.of(
                    "response",
                    "resultUrls",
                    "result_urls",
                    "video_urls",
                    "videoUrls",
                    "video_url",
                    "videoUrl",
                    "urls",
                    "url",
                    "videos",
                    "video",
                    "outputs",
                    "output",
                    "results",
                    "result",
                    "media");

    static final Set<String> FIELD_NAMES = Set.copyOf(FIELDS);

    /** More clips than any order has. */
    private static final int MAX_URLS = 100;

    /** Characters; longer than any URL that a client could fetch. */
    private static final int MAX_LENGTH = 16_384;

    private static final int MAX_DEPTH = 8;

    private final @Nullable String baseUrl;
    private final Set<String> found = new LinkedHashSet<>();

    private ClipUrls(@Nullable String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /**
     * @param data what the answer says of the task
     * @param baseUrl the vendor's address, without a slash at its end; null when it is not known
     */
    static List<String> find(JsonNode data, @Nullable String baseUrl) {
        ClipUrls urls = new ClipUrls(baseUrl);
        urls.collectFields(data, 0);
        return List.copyOf(urls.found);
    }

    private void collect(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        if (node.isString()) {
            collectText(node.asString(), depth);
        } else if (node.isArray()) {
            node.values().forEach(each -> collect(each, depth + 1));
        } else if (node.isObject()) {
            collectFields(node, depth);
            if (found.isEmpty()) {
                // Under a name nobody knows: only what can be nothing but a URL.
                node.values()
                        .forEach(each -> {
                            if (!each.isString() || isAbsolute(strip(each.asString()))) {
                                collect(each, depth + 1);
                            }
                        });
            }
        }
    }

    private void collectFields(JsonNode node, int depth) {
        for (String name : FIELDS) {
            @Nullable JsonNode value = node.get(name);
            if (value != null && found.isEmpty()) {
                collect(value, depth + 1);
            }
        }
    }

    private void collectText(String text, int depth) {
        String stripped = strip(text);
        if (stripped.startsWith("[") || stripped.startsWith("{")) {
            // An array or object written into a text.
            LenientJson inside =
                    LenientJson.read(
                            stripped.startsWith("[") ? "{\"urls\":" + stripped + "}" : stripped);
            if (inside.root() != null) {
                collect(inside.root(), depth + 1);
            }
        } else {
            // One on each line, or one that was folded.
            if (stripped.lines().allMatch(line -> isAbsolute(strip(line)))) {
                stripped.lines().forEach(this::add);
            } else {
                add(stripped);
            }
        }
    }

    private void add(String text) {
        String url = removeUnprintable(strip(text));
        if (url.isEmpty() || url.length() > MAX_LENGTH || found.size() >= MAX_URLS) {
            return;
        }
        if (isAbsolute(url)) {
            int host = url.indexOf(':') + 3;
            if (host < url.length() && "/?#\\".indexOf(url.charAt(host)) < 0) {
                found.add(url);
            }
        } else if (baseUrl != null && isPath(url)) {
            found.add(resolve(url, baseUrl));
        }
    }

    private static boolean isAbsolute(String text) {
        return text.regionMatches(true, 0, "https://", 0, 8)
                || text.regionMatches(true, 0, "http://", 0, 7);
    }

    /** A path, with or without the host; a name alone has to look like a file's. */
    private static boolean isPath(String text) {
        if (text.startsWith("/")) {
            return text.length() > 1;
        }
        boolean plain = text.chars().noneMatch(c -> c == ':' || LenientJson.isBlank((char) c));
        String file = text.toLowerCase(Locale.ROOT);
        return plain && (text.indexOf('/') > 0 || file.endsWith(".mp4") || file.endsWith(".webm"));
    }

    private static String resolve(String path, String baseUrl) {
        int host = baseUrl.indexOf("://") + 3;
        if (path.startsWith("//")) {
            return baseUrl.substring(0, host - 2) + path;
        }
        if (path.startsWith("/")) {
            int end = baseUrl.indexOf('/', host);
            return (end < 0 ? baseUrl : baseUrl.substring(0, end)) + path;
        }
        return baseUrl + "/" + path;
    }

    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && LenientJson.isBlank(text.charAt(from))) {
            from++;
        }
        while (from < to && LenientJson.isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Without what no browser heeds in a URL and no database takes: controls, half characters. */
    private static String removeUnprintable(String url) {
        boolean fits =
                url.chars()
                        .noneMatch(
                                c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
        if (fits) {
            return url;
        }
        StringBuilder fit = new StringBuilder(url.length());
        url.codePoints()
                .filter(c -> !Character.isISOControl(c) && (c < 0xd800 || c > 0xdfff))
                .forEach(fit::appendCodePoint);
        return fit.toString();
    }
}
