package dev.seedgate.operations.console;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.view.TaskFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The filter of the task list as it stands in the page's URL; null or empty is any.
 *
 * @param phase phases or the vendor's words, with commas between
 * @param from a date of the billing zone or an instant
 * @param upstream the vendor's id
 */
record TaskListFilter(
        @Nullable String team,
        @Nullable String project,
        @Nullable String phase,
        @Nullable String from,
        @Nullable String to,
        @Nullable String upstream) {

    static final String PATH = "/console/tasks";

    /** What the rows of chips offer, by their title. */
    private static final Map<String, String> SHORTCUTS = new LinkedHashMap<>();

    static {
        SHORTCUTS.put("In flight", "QUEUED,SUBMITTING,RENDERING");
        SHORTCUTS.put("Succeeded", "SUCCEEDED");
        SHORTCUTS.put("Failed", "FAILED");
        SHORTCUTS.put("Uncertain", "UNCERTAIN");
        SHORTCUTS.put("Expired", "EXPIRED");
    }

    /** With what was typed into the search box as the vendor's id. */
    TaskListFilter searching(@Nullable String text) {
        return text == null || text.isBlank()
                ? this
                : new TaskListFilter(team, project, phase, from, to, text.strip());
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
                text(project),
                text(upstream),
                zone.moment("from", text(from)),
                zone.moment("to", text(to)));
    }

    @Nullable String teamSlug() {
        return text(team);
    }

    private Set<Phase> phases() {
        String words = text(phase);
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
        return url(null, null);
    }

    /** The page after the task with this id. */
    public String after(String cursor) {
        return url("cursor", cursor);
    }

    /** The file with what this filter finds. */
    public String getCsv() {
        return url("format", "csv");
    }

    /** The filters that are set, each with the page without it. */
    public List<Chip> getChips() {
        List<Chip> chips = new ArrayList<>();
        add(chips, "Team", team, new TaskListFilter(null, project, phase, from, to, upstream));
        add(chips, "Project", project, new TaskListFilter(team, null, phase, from, to, upstream));
        if (!SHORTCUTS.containsValue(phase)) {
            add(chips, "Phase", phase, new TaskListFilter(team, project, null, from, to, upstream));
        }
        add(chips, "From", from, new TaskListFilter(team, project, phase, null, to, upstream));
        add(chips, "Before", to, new TaskListFilter(team, project, phase, from, null, upstream));
        add(
                chips,
                "Vendor’s id",
                upstream,
                new TaskListFilter(team, project, phase, from, to, null));
        return chips;
    }

    /** The phases to choose among, with all else as it is. */
    public List<Shortcut> getShortcuts() {
        List<Shortcut> all = new ArrayList<>();
        all.add(
                new Shortcut(
                        "All",
                        new TaskListFilter(team, project, null, from, to, upstream).getUrl(),
                        text(phase) == null));
        SHORTCUTS.forEach((title, phases) ->
                all.add(
                        new Shortcut(
                                title,
                                new TaskListFilter(team, project, phases, from, to, upstream)
                                        .getUrl(),
                                Objects.equals(phases, phase))));
        return all;
    }

    /** Whether it finds everything. */
    public boolean isAny() {
        return getUrl().equals(PATH);
    }

    private static void add(
            List<Chip> chips, String name, @Nullable String value, TaskListFilter rest) {
        String text = text(value);
        if (text != null) {
            chips.add(new Chip(name, text, rest.getUrl()));
        }
    }

    private String url(@Nullable String name, @Nullable String value) {
        UriComponentsBuilder url = UriComponentsBuilder.fromPath(PATH);
        Map<String, Object> values = new LinkedHashMap<>();
        put(url, values, "team", team);
        put(url, values, "project", project);
        put(url, values, "phase", phase);
        put(url, values, "from", from);
        put(url, values, "to", to);
        put(url, values, "upstream_task_id", upstream);
        if (name != null) {
            put(url, values, name, value);
        }
        return url.encode().buildAndExpand(values).toUriString();
    }

    private static void put(
            UriComponentsBuilder url,
            Map<String, Object> values,
            String name,
            @Nullable String value) {
        String text = text(value);
        if (text != null) {
            url.queryParam(name, "{" + name + "}");
            values.put(name, text);
        }
    }

    private static @Nullable String text(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** A filter that is set; its link takes it away. */
    record Chip(String name, String value, String without) {}

    /** A choice of phases. */
    record Shortcut(String title, String url, boolean chosen) {}
}
