package dev.seedgate.vendor.contract;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The clips' URLs that stand in an answer, in whatever shape: the vendor has been paid, so none is
 * thrown away for its looks. As they are, but for white space around them; only paths are completed
 * with the vendor's own address.
 */
final class Clips {

    /** Where clips are looked for, the first that has any wins. */
    private static final List<String> PREFERRED =
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

    static final Set<String> NAMES = Set.copyOf(PREFERRED);

    /** More clips than any order has. */
    private static final int MOST = 100;

    /** Longer than any URL that a client could fetch. */
    private static final int LONGEST = 16_384;

    private static final int DEEPEST = 8;

    private final @Nullable String base;
    private final Set<String> found = new LinkedHashSet<>();

    private Clips(@Nullable String base) {
        this.base = base;
    }

    /**
     * @param data what the answer says of the task
     * @param base the vendor's address, without a slash at its end; null when it is not known
     */
    static List<String> in(JsonNode data, @Nullable String base) {
        Clips clips = new Clips(base);
        clips.named(data, 0);
        return List.copyOf(clips.found);
    }

    private void walk(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            return;
        }
        if (node.isString()) {
            text(node.asString(), depth);
        } else if (node.isArray()) {
            node.values().forEach(each -> walk(each, depth + 1));
        } else if (node.isObject()) {
            named(node, depth);
            if (found.isEmpty()) {
                // Under a name nobody knows: only what can be nothing but a URL.
                node.values()
                        .forEach(each -> {
                            if (!each.isString() || scheme(stripped(each.asString()))) {
                                walk(each, depth + 1);
                            }
                        });
            }
        }
    }

    private void named(JsonNode node, int depth) {
        for (String name : PREFERRED) {
            @Nullable JsonNode value = node.get(name);
            if (value != null && found.isEmpty()) {
                walk(value, depth + 1);
            }
        }
    }

    private void text(String text, int depth) {
        String stripped = stripped(text);
        if (stripped.startsWith("[") || stripped.startsWith("{")) {
            // An array or object written into a text.
            NearJson inside =
                    NearJson.read(
                            stripped.startsWith("[") ? "{\"urls\":" + stripped + "}" : stripped);
            if (inside.root() != null) {
                walk(inside.root(), depth + 1);
            }
        } else {
            // One on each line, or one that was folded.
            if (stripped.lines().allMatch(line -> scheme(stripped(line)))) {
                stripped.lines().forEach(this::url);
            } else {
                url(stripped);
            }
        }
    }

    private void url(String text) {
        String url = fit(stripped(text));
        if (url.isEmpty() || url.length() > LONGEST || found.size() >= MOST) {
            return;
        }
        if (scheme(url)) {
            int host = url.indexOf(':') + 3;
            if (host < url.length() && "/?#\\".indexOf(url.charAt(host)) < 0) {
                found.add(url);
            }
        } else if (base != null && path(url)) {
            found.add(completed(url, base));
        }
    }

    private static boolean scheme(String text) {
        return text.regionMatches(true, 0, "https://", 0, 8)
                || text.regionMatches(true, 0, "http://", 0, 7);
    }

    /** A path, with or without the host; a name alone has to look like a file's. */
    private static boolean path(String text) {
        if (text.startsWith("/")) {
            return text.length() > 1;
        }
        boolean plain = text.chars().noneMatch(c -> c == ':' || NearJson.blank((char) c));
        String file = text.toLowerCase(Locale.ROOT);
        return plain && (text.indexOf('/') > 0 || file.endsWith(".mp4") || file.endsWith(".webm"));
    }

    private static String completed(String path, String base) {
        int host = base.indexOf("://") + 3;
        if (path.startsWith("//")) {
            return base.substring(0, host - 2) + path;
        }
        if (path.startsWith("/")) {
            int end = base.indexOf('/', host);
            return (end < 0 ? base : base.substring(0, end)) + path;
        }
        return base + "/" + path;
    }

    private static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && NearJson.blank(text.charAt(from))) {
            from++;
        }
        while (from < to && NearJson.blank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Without what no browser heeds in a URL and no database takes: controls, half characters. */
    private static String fit(String url) {
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
