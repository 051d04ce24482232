package dev.seedgate.operations.console;

import dev.seedgate.billing.usage.UsageEntryQuery;
import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A figure of a report as it stands in the URL of the page with the entries behind it.
 *
 * @param where what the row is of, by the report's words; empty for what names none
 */
record EntryFilter(
        UsageFigure figure, @Nullable String from, @Nullable String to, Map<String, String> where) {

    static final String PATH = "/console/reports/entries";

    /** The one in a page's parameters. */
    static EntryFilter in(Map<String, String> query) {
        String word = query.getOrDefault("figure", "net");
        UsageFigure figure =
                Arrays.stream(UsageFigure.values())
                        .filter(it -> it.word().equals(word))
                        .findFirst()
                        .orElseThrow(() ->
                                new ApiException(
                                        ErrorCode.INVALID_REQUEST,
                                        "figure must be one of "
                                                + String.join(", ", UsageFigure.words())
                                                + "."));
        Map<String, String> where = new LinkedHashMap<>();
        for (String name : UsageEntryQuery.WORDS) {
            String value = query.get(name);
            if (value != null) {
                where.put(name, value.strip());
            }
        }
        return new EntryFilter(figure, text(query.get("from")), text(query.get("to")), where);
    }

    UsageEntryQuery query() {
        return new UsageEntryQuery(figure, from, to, where);
    }

    /** The page of this. */
    public String getUrl() {
        return url(figure.word(), from, to, where);
    }

    /** The page after the entry that this names. */
    public String after(String cursor) {
        return text(PATH, from, to, query(figure.word(), where)).after(cursor);
    }

    /** The same tasks in their list, null where it has no such filter. */
    public @Nullable String getTasks() {
        if (figure == UsageFigure.REFUNDED
                || figure == UsageFigure.NET
                || !List.of("team", "project").containsAll(where.keySet())
                || where.containsValue("")) {
            return null;
        }
        Map<String, String> query = new LinkedHashMap<>(where);
        switch (figure) {
            case SUCCEEDED, SECONDS -> query.put("phase", "SUCCEEDED");
            case FAILED -> query.put("phase", "FAILED");
            case UNCERTAIN -> query.put("phase", "UNCERTAIN,EXPIRED");
            default -> {}
        }
        return text(TaskListFilter.PATH, from, to, query).getUrl();
    }

    static String url(
            String figure, @Nullable String from, @Nullable String to, Map<String, String> where) {
        return text(PATH, from, to, query(figure, where)).getUrl();
    }

    private static Map<String, String> query(String figure, Map<String, String> where) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("figure", figure);
        query.putAll(where);
        return query;
    }

    private static QueryText text(
            String path, @Nullable String from, @Nullable String to, Map<String, String> query) {
        Map<String, String> set = new LinkedHashMap<>(query);
        if (from != null) {
            set.put("from", from);
        }
        if (to != null) {
            set.put("to", to);
        }
        return new QueryText(path, set);
    }

    private static @Nullable String text(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }
}
