package dev.seedgate.task.view;

import dev.seedgate.platform.audit.AuditFilter;
import dev.seedgate.platform.audit.AuditLog;
import dev.seedgate.platform.audit.Change;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Sha256;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.GenerationSettings;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.lifecycle.TaskResolution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Refunds of many tasks without an outcome. What one would do is shown first, task by task: what is
 * done then is that and nothing else. Each task is refunded as by {@link TaskResolution#refund}, in
 * a transaction of its own.
 */
@Service
public class BulkRefunds {

    /** The phases that can be refunded. */
    public static final Set<Phase> PHASES = Set.of(Phase.UNCERTAIN, Phase.EXPIRED);

    private final TaskInspection inspection;
    private final TaskSearch search;
    private final TaskResolution resolutions;
    private final GenerationSettings settings;
    private final AuditLog audit;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    BulkRefunds(
            TaskInspection inspection,
            TaskSearch search,
            TaskResolution resolutions,
            GenerationSettings settings,
            AuditLog audit,
            JdbcClient jdbc,
            TransactionOperations transactions) {
        this.inspection = inspection;
        this.search = search;
        this.resolutions = resolutions;
        this.settings = settings;
        this.audit = audit;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /**
     * The tasks that a filter finds, the newest first, for a refund of all. A filter of other
     * phases than those that can be refunded is {@code INVALID_REQUEST}: nothing asked for must
     * never mean everything.
     *
     * @param team the slug of the only team that is meant, or null
     * @param newest of an earlier preview: what was ordered since is not in it; null = none was
     * @param most tasks that one refund takes
     */
    @Transactional(readOnly = true)
    public Preview preview(
            @Nullable String team, TaskFilter filter, @Nullable TaskId newest, int most) {
        if (filter.phases().isEmpty() || !PHASES.containsAll(filter.phases())) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "Filter by UNCERTAIN, EXPIRED or both first: only they can be refunded together.");
        }
        if (filter.words() != null) {
            // They would stay in the audit log when the prompts are long gone.
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "What words of prompts find can't be refunded together; filter by team, key, project or time.");
        }
        List<Charge> found =
                inspection
                        .ofTeam(team, filter)
                        .map(it -> search.charges(it, newest, most + 1))
                        .orElseGet(List::of);
        List<Charge> tasks = found.subList(0, Math.min(found.size(), most));
        return new Preview(tasks, found.size() > most, tooEarly(tasks));
    }

    /** How many of them can't be refunded yet, as their senders may still bring an answer. */
    private long tooEarly(List<Charge> tasks) {
        return tasks.isEmpty()
                ? 0
                : jdbc.sql(
                                """
                                select count(*) from work where task_id in (:ids)
                                    and leased_until > gateway_now() - :grace * interval '1 second'
                                """)
                        .param("ids", tasks.stream().map(Charge::id).toList())
                        .param("grace", settings.resolveGrace().toSeconds())
                        .query(Long.class)
                        .single();
    }

    /** Whether the refund with this name was begun: sent twice, it is done once. */
    @Transactional(readOnly = true)
    public boolean isBegun(String name) {
        return !audit.find(new AuditFilter(null, null, object(name), null, null), null, 1)
                .items()
                .isEmpty();
    }

    /**
     * Refunds what a preview shows. A task that has moved since, or can't be refunded yet, is left
     * as it is, with the reason.
     *
     * @param name whoever repeats it does nothing and gets nothing, also while the first goes on
     * @param filter what was asked for, for the audit log
     */
    public @Nullable Outcome refund(
            Preview preview, String name, Map<String, String> filter, String reason, Actor actor) {
        boolean first =
                Boolean.TRUE.equals(
                        transactions.execute(_ -> begin(preview, name, filter, reason, actor)));
        return first ? refundEach(preview.ids(), reason, actor) : null;
    }

    private boolean begin(
            Preview preview, String name, Map<String, String> filter, String reason, Actor actor) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:name, 0))::text")
                .param("name", object(name))
                .query(String.class)
                .single();
        if (isBegun(name)) {
            return false;
        }
        Map<String, Object> what = new LinkedHashMap<>(filter);
        what.put("tasks", preview.count());
        what.put("credits", preview.credits());
        audit.record(new Change("tasks.refund", object(name), null, what, reason), actor);
        return true;
    }

    private static String object(String name) {
        return "tasks:" + name;
    }

    /** Refunds each of these; one that can't be is left as it is, with the reason. */
    Outcome refundEach(Collection<TaskId> tasks, @Nullable String reason, Actor actor) {
        List<TaskId> refunded = new ArrayList<>();
        List<Left> left = new ArrayList<>();
        for (TaskId task : tasks) {
            try {
                resolutions.refund(task, reason, actor);
                refunded.add(task);
            } catch (ApiException e) {
                left.add(new Left(task, e.code(), e.message()));
            }
        }
        return new Outcome(refunded, left);
    }

    /**
     * What a refund would do.
     *
     * @param more whether the filter finds more; these are the newest
     * @param tooEarly how many of them can't be refunded yet
     */
    public record Preview(List<Charge> tasks, boolean more, long tooEarly) {

        /** The tasks themselves, as a word that is another for others. */
        public String fingerprint() {
            return Sha256.hex(tasks.stream().map(Charge::id).collect(Collectors.joining(",")));
        }

        public int count() {
            return tasks.size();
        }

        /** What goes back to the teams. */
        public long credits() {
            return tasks.stream().mapToLong(Charge::credits).sum();
        }

        /** The id of the newest, null when there is none. */
        public @Nullable String newest() {
            return tasks.isEmpty() ? null : tasks.getFirst().id();
        }

        /** The same by team. */
        public List<TeamSum> teams() {
            Map<String, List<Charge>> teams =
                    tasks.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            Charge::team, TreeMap::new, Collectors.toList()));
            List<TeamSum> sums = new ArrayList<>();
            teams.forEach((team, its) ->
                    sums.add(
                            new TeamSum(
                                    team,
                                    its.size(),
                                    its.stream().mapToLong(Charge::credits).sum())));
            return sums;
        }

        List<TaskId> ids() {
            return tasks.stream().map(it -> new TaskId(it.id())).toList();
        }

        /** What the tasks that were refunded had cost. */
        public long credits(Outcome outcome) {
            Set<String> ids =
                    outcome.refunded().stream().map(TaskId::value).collect(Collectors.toSet());
            return tasks.stream()
                    .filter(it -> ids.contains(it.id()))
                    .mapToLong(Charge::credits)
                    .sum();
        }
    }

    /**
     * A task as it is refunded.
     *
     * @param team the slug of its team
     * @param credits its price
     */
    public record Charge(String id, String team, long credits) {}

    /** The part of one team. */
    public record TeamSum(String team, int tasks, long credits) {}

    /** The tasks that were refunded, and those that were not, each with its reason. */
    public record Outcome(List<TaskId> refunded, List<Left> left) {}

    /** A task that could not be refunded. */
    public record Left(TaskId task, ErrorCode code, String message) {}
}
