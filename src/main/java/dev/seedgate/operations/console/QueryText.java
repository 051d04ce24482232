package dev.seedgate.operations.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The filter of a list as it stands in the page's URL.
 *
 * @param set what is set, by its name; nothing is empty
 */
record QueryText(String path, Map<String, String> set) {

    /** What of these names a query sets; the rest of the query is none of the filter. */
    static QueryText of(String path, Map<String, String> query, List<String> names) {
        Map<String, String> set = new LinkedHashMap<>();
        for (String name : names) {
            String value = query.get(name);
            if (value != null && !value.isBlank()) {
                set.put(name, value.strip());
            }
        }
        return new QueryText(path, set);
    }

    /** What is set for a name, null where that is open. */
    public @Nullable String get(String name) {
        return set.get(name);
    }

    /** Whether it finds everything. */
    public boolean isAny() {
        return set.isEmpty();
    }

    /** The first page with this filter. */
    public String getUrl() {
        return url(set);
    }

    /** The page after the line that a cursor names. */
    public String after(String cursor) {
        return with("cursor", cursor);
    }

    /** The first page with one more name set, or set to something else. */
    public String with(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(set);
        all.put(name, value);
        return url(all);
    }

    /** The first page with this name open. */
    public String without(String name) {
        Map<String, String> rest = new LinkedHashMap<>(set);
        rest.remove(name);
        return url(rest);
    }

    private String url(Map<String, String> parameters) {
        UriComponentsBuilder url = UriComponentsBuilder.fromPath(path);
        parameters.keySet().forEach(name -> url.queryParam(name, "{" + name + "}"));
        return url.encode().buildAndExpand(parameters).toUriString();
    }
}
