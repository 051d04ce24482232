package dev.seedgate.operations.console;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.view.BulkRefunds;
import dev.seedgate.task.view.TaskFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The filter of the task list as it stands in the page's URL; what is not set is any. */
record TaskListFilter(QueryText query) {

    static final String PATH = "/console/tasks";

    /** The refund of all that a filter finds. */
    static final String REFUND = PATH + "/refund";

    private static final String TEAM = "team";
    // Phases or the vendor's words, with commas between.
    private static final String PHASE = "phase";
    // Dates of the billing zone or instants.
    private static final String FROM = "from";
    private static final String TO = "to";
    private static final String KEY = "key";
    private static final String WORDS = "text";
    static final String UPSTREAM = "upstream_task_id";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Pattern LINE = Pattern.compile("[^\\p{Cc}\\p{Cs}]{1,200}");

    /** What may be set, each with what it is called on the page. */
    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    static {
        TITLES.put(TEAM, "Team");
        TITLES.put("project", "Project");
        TITLES.put(KEY, "Key");
        TITLES.put(PHASE, "Phase");
        TITLES.put(FROM, "From");
        TITLES.put(TO, "Before");
        TITLES.put(UPSTREAM, "Vendor’s id");
        TITLES.put(WORDS, "Prompt has");
    }

    /** What the row of chips of phases offers, by their title. */
    private static final Map<String, String> SHORTCUTS = new LinkedHashMap<>();

    static {
        SHORTCUTS.put("In flight", "QUEUED,SUBMITTING,RENDERING");
        SHORTCUTS.put("Succeeded", "SUCCEEDED");
        SHORTCUTS.put("Failed", "FAILED");
        SHORTCUTS.put("Uncertain", "UNCERTAIN");
        SHORTCUTS.put("Expired", "EXPIRED");
        SHORTCUTS.put("Unresolved", "UNCERTAIN,EXPIRED");
    }

    /** The one that a query or a form sets; the rest of that is none of the filter. */
    static TaskListFilter of(Map<String, String> query) {
        return at(PATH, query);
    }

    private static TaskListFilter at(String path, Map<String, String> query) {
        return new TaskListFilter(QueryText.of(path, query, List.copyOf(TITLES.keySet())));
    }

    /** With what was typed into the search box as the vendor's id. */
    TaskListFilter searching(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(query.set());
        more.put(UPSTREAM, text);
        return of(more);
    }

    /** The same as a task's own id, if it has the form of one. */
    static Optional<TaskId> taskIn(@Nullable String text) {
        return text == null ? Optional.empty() : TaskId.parse(text.strip());
    }

    TaskFilter filter(TeamScope scope, BillingZone zone) {
        return new TaskFilter(
                scope,
                null,
                phases(),
                get("project"),
                get(UPSTREAM),
                zone.moment(FROM, get(FROM)),
                zone.moment(TO, get(TO)),
                key(),
                words());
    }

    private @Nullable Long key() {
        String key = get(KEY);
        if (key != null && !NUMBER.matcher(key).matches()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "key must be the number of a key.");
        }
        return key == null ? null : Long.valueOf(key);
    }

    private @Nullable String words() {
        String words = get(WORDS);
        if (words != null && !LINE.matcher(words).matches()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "text must be a line of at most 200 characters.");
        }
        return words;
    }

    @Nullable String teamSlug() {
        return get(TEAM);
    }

    /** What is set for a name, null where that is open. */
    public @Nullable String get(String name) {
        return query.get(name);
    }

    private Set<Phase> phases() {
        String words = get(PHASE);
        if (words == null) {
            return Phase.parseFilter(null);
        }
        Set<Phase> phases = EnumSet.noneOf(Phase.class);
        Arrays.stream(words.split(","))
                .map(String::strip)
                .map(Phase::parseFilter)
                .forEach(phases::addAll);
        return phases;
    }

    /** The page with this filter. */
    public String getUrl() {
        return query.getUrl();
    }

    /** The page after the task with this id. */
    public String after(String cursor) {
        return query.after(cursor);
    }

    /** The same before a moment, for a search that ended there. */
    public String before(Instant moment) {
        // Of that millisecond there may be more.
        return query.with(TO, moment.plusMillis(1).toString());
    }

    /** The file with what this filter finds. */
    public String getCsv() {
        return query.with("format", "csv");
    }

    /** Whether all that it finds may be refunded together. */
    public boolean isRefundable() {
        return get(PHASE) != null && get(WORDS) == null && BulkRefunds.PHASES.containsAll(phases());
    }

    /** The page that shows what a refund of all of them would do. */
    public String getRefund() {
        return at(REFUND, query.set()).getUrl();
    }

    /** What is set, by its name: the hidden fields of a form. */
    public Map<String, String> getFields() {
        return query.set();
    }

    /** The filters that are set, each with the page without it. */
    public List<Chip> getChips() {
        List<Chip> chips = new ArrayList<>();
        query.set()
                .forEach((name, value) -> {
                    if (!name.equals(PHASE) || !SHORTCUTS.containsValue(value)) {
                        chips.add(
                                new Chip(
                                        Objects.requireNonNull(TITLES.get(name)),
                                        value,
                                        query.without(name)));
                    }
                });
        return chips;
    }

    /** The phases to choose among, with all else as it is. */
    public List<Shortcut> getShortcuts() {
        List<Shortcut> all = new ArrayList<>();
        all.add(new Shortcut("All", query.without(PHASE), get(PHASE) == null));
        SHORTCUTS.forEach((title, phases) ->
                all.add(
                        new Shortcut(
                                title, of(withPhase(phases)).getUrl(), phases.equals(get(PHASE)))));
        return all;
    }

    private Map<String, String> withPhase(String phases) {
        Map<String, String> other = new LinkedHashMap<>(query.set());
        other.put(PHASE, phases);
        return other;
    }

    /** Whether it finds everything. */
    public boolean isAny() {
        return query.isAny();
    }

    /** A filter that is set; its link takes it away. */
    record Chip(String name, String value, String without) {}

    /** A choice of phases. */
    record Shortcut(String title, String url, boolean chosen) {}
}
