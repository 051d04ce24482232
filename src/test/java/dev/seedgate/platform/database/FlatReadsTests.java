package dev.seedgate.platform.database;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.operations.console.ConsoleClient;
import dev.seedgate.operations.console.ConsoleData;
import dev.seedgate.operations.console.ConsolePages;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.task.view.SearchWindow;
import dev.seedgate.task.view.TaskFilter;
import dev.seedgate.task.view.TaskInspection;
import dev.seedgate.task.view.TaskRecord;
import dev.seedgate.testing.Explained;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.TestDatabase;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every list and look-up reads some pages of the database and no more, whosever and however rare
 * what is asked for is among 100,000 tasks. Counted in pages, which no load of the machine changes.
 */
class FlatReadsTests {

    private static final int TASKS = 100_000;

    // The largest page has 200 tasks, each read by its primary key, which is three pages or four,
    // and found by an index for each of the phases. The table alone has 3,000, read once.
    private static final int FLAT = 2000;

    // The line above a list sums the newest 10,000, one by one or, of this few, from the whole
    // table.
    private static final int SUMMED = 10_000 * 4;

    private static Gateway gateway;
    // A few tasks, spread over all the time; and nearly half of all, but none in the later half.
    private static Team small;
    private static Team stopped;

    @BeforeAll
    static void plant() {
        TestDatabase database = TestDatabase.create();
        gateway =
                Gateway.start(
                        database,
                        FakeVendor.start(),
                        Explained.settings(
                                database,
                                "seedgate.ledger-check-interval=1h",
                                "seedgate.metrics-interval=1h",
                                "seedgate.alert-interval=1h"));
        small = gateway.team();
        stopped = gateway.team();
        for (int i = 0; i < 8; i++) {
            gateway.team();
        }
        String numbers =
                "from (select n, timestamptz '2025-01-01' + n * interval '300 seconds' as at from generate_series(1, "
                        + TASKS
                        + ") n) p";
        database.execute(
                """
                set session_replication_role = replica;
                insert into task (id, team_id, key_id, key_name, prompt, project, request_id, aspect_ratio,
                    duration_seconds, sound, image_urls, preset, credits, price_version, phase, upstream,
                    upstream_task_id, upstream_credits, created_at, accepted_at, finished_at)
                select 'sd15p_' || %s || lpad(n::text, 13, '0'),
                    case when n %% 5000 = 1 then %d when n <= 50000 and n %% 10 <> 0 then %d
                        else (select max(id) from team) - n %% 8 end,
                    case when n %% 20000 = 11 then 2 else 1 end, 'k',
                    case when n %% 40000 = 15000 then 'A red kite' end, case when n %% 20000 in (11, 5001) then 'rare' when n %% 2 = 0 then 'common' end, 'r',
                    '16:9', 5, false, '{}', '5s', 65, 1, case when n %% 20000 = 12 then 'FAILED'
                        when n %% 20000 in (13, 14) then 'UNCERTAIN' else 'SUCCEEDED' end,
                    'seedance', 'up-' || n, 65, at, at, at %s;
                insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota,
                    from_top_ups, task_id, actor, team_slug, preset, upstream)
                select task.created_at, kind, team_id, 'team', 'held', 65, '2025-01-01', 65, 0, task.id, 'test',
                    slug, '5s', 'seedance'
                from task join team on team.id = team_id, (values ('reserve'), ('settle')) k (kind)
                where task.id > '';
                insert into audit_entry (at, actor, action, object)
                select at, case when n %% 20000 = 7 then 'rare' else 'common' end,
                    case when n %% 20000 in (7, 8) then 'rare' else 'common' end, 'task:' || n %s;
                insert into alert (at, kind, subject, threshold, period, team_slug, sandbox, text)
                select at, case when n %% 20000 = 7 then 'POOL' else 'QUOTA' end, n, '1', '1',
                    case when n %% 20000 in (7, 8) then '%s' else 'team-x' end, false, 'x' %s
                """
                        .formatted(
                                digits(),
                                id(small),
                                id(stopped),
                                numbers,
                                numbers,
                                small.slug(),
                                numbers));
        // As after a flood: counted, but not cleaned up yet, so that an index alone is not enough.
        database.execute("analyze");
        DailyRollup rollup = gateway.bean(DailyRollup.class);
        while (rollup.sumNext()) {}
    }

    /** The first nine digits of an id, as TaskId makes them: one more than those of the moment. */
    private static String digits() {
        String number =
                "(1 + floor(extract(epoch from at)::float8 * 1000 * 2.0 ^ 80 / 62.0 ^ 13)::bigint)";
        return IntStream.iterate(8, i -> i >= 0, i -> i - 1)
                .mapToObj(i ->
                        "substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (%s / %d %% 62)::int, 1)"
                                .formatted(number, (long) Math.pow(62, i)))
                .collect(Collectors.joining(" || "));
    }

    private static long id(Team team) {
        return Long.parseLong(
                gateway.database().text("select id from team where slug = '" + team.slug() + "'"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "limit=200",
                "status=SUCCESS",
                "status=FAILED",
                "status=UNCERTAIN",
                "status=IN_PROGRESS",
                "status=QUEUED",
                "project=rare",
                "project=common",
                "project=none",
                "project=common&status=FAILED",
                "from=2024-01-01&to=2024-02-01",
                "to=2025-01-03",
                "from=2025-12-12&status=SUCCESS",
                "from=2025-03-01&to=2025-03-02&project=common&status=SUCCESS",
                "from=2027-01-01"
            })
    void listsTasks(String query) {
        for (Team team : List.of(small, stopped)) {
            flat(() -> ok(team.get("/api/tasks?" + query)));
            flat(() -> ok(gateway.admin("GET", "/tasks?team=" + team.slug() + "&" + query, null)));
        }
        flat(() -> ok(gateway.admin("GET", "/tasks?" + query, null)));
    }

    @Test
    void turnsPagesToTheEnd() {
        for (String query :
                List.of("project=rare", "status=IN_PROGRESS", "to=2025-01-01T01:00:00Z")) {
            String path = "/tasks?limit=3&" + query;
            String cursor = "";
            int pages = 0;
            do {
                String next = path + cursor;
                Answer[] page = new Answer[1];
                flat(() -> page[0] = ok(gateway.admin("GET", next, null)));
                cursor = "&cursor=" + page[0].json().get("next_cursor").asString("");
                pages++;
            } while (!cursor.equals("&cursor="));
            assertThat(pages).as(query).isGreaterThan(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tasks?upstream_task_id=up-50001",
                "/tasks?upstream_task_id=unknown",
                "/tasks?upstream_task_id=up-50001&phase=FAILED&project=rare&from=2024-01-01",
                "/tasks?phase=UNCERTAIN",
                "/audit?",
                "/audit?actor=rare",
                "/audit?action=rare",
                "/audit?actor=common&action=rare",
                "/audit?actor=rare&action=rare",
                "/audit?object=task:77",
                "/audit?object=task:77&actor=rare",
                "/audit?to=2024-01-01",
                "/audit?from=2025-02-01&to=2025-02-02&actor=common",
                "/audit?from=2027-01-01",
                "/alerts?",
                "/alerts?kind=POOL",
                "/alerts?kind=DRIFT",
                "/alerts?to=2025-01-02&kind=QUOTA",
                "/teams",
                "/teams?limit=200",
                "/vendor-balance/purchases",
                "/vendor-balance",
                "/ledger-check"
            })
    void looksUpForAdmins(String path) {
        flat(() -> ok(gateway.admin("GET", path, null)));
    }

    @Test
    void showsEveryPageOfTheConsole() {
        ConsoleClient admin = ConsoleClient.admin(gateway);
        String task =
                gateway.database().text("select id from task where upstream_task_id = 'up-50001'");
        String endpoint = ConsoleData.webhook(small);
        for (Team team : List.of(small, stopped)) {
            for (String pattern : ConsolePages.patterns(gateway)) {
                String path = ConsolePages.path(pattern, team.slug(), endpoint, task);
                // Some of what it shows was read for another page.
                Map<Boolean, List<Explained.Read>> reads =
                        Explained.during(() -> admin.page(path)).stream()
                                .collect(
                                        Collectors.partitioningBy(
                                                it -> it.sql().contains("summed")));
                cheap(reads.getOrDefault(false, List.of()), FLAT);
                cheap(reads.getOrDefault(true, List.of()), SUMMED);
            }
        }
    }

    @Test
    void startsAnother() {
        List<Explained.Read> reads =
                Explained.during(() ->
                        Gateway.start(
                                        gateway.database(),
                                        gateway.vendor(),
                                        Explained.settings(gateway.database()))
                                .close());
        assertThat(reads).anyMatch(it -> it.sql().contains("upstream < "));
        cheap(reads, FLAT);
    }

    @Test
    void looksUpOfATeam() {
        for (Team team : List.of(small, stopped)) {
            flat(() -> ok(gateway.admin("GET", "/alerts?team=" + team.slug(), null)));
            flat(() -> ok(gateway.admin("GET", "/alerts?kind=POOL&team=" + team.slug(), null)));
            flat(() -> ok(gateway.admin("GET", "/teams/" + team.slug(), null)));
            flat(() -> ok(gateway.admin("GET", "/teams/" + team.slug() + "/keys", null)));
            flat(() -> ok(team.get("/api/credits")));
        }
        flat(() -> ok(small.get("/api/usage?from=2024-01-01&to=2027-01-01&group_by=day,project")));
        String task =
                gateway.database().text("select id from task where upstream_task_id = 'up-50001'");
        flat(() -> ok(small.get("/api/status?task_id=" + task)));
        flat(() -> ok(small.get("/api/tasks/" + task)));
        flat(() -> ok(gateway.admin("GET", "/tasks/" + task, null)));
    }

    /** By its pages only: the API has no such filter. */
    @Test
    void listsTasksOfAKey() {
        for (TaskFilter filter :
                List.of(
                        ofKey(1, EnumSet.allOf(Phase.class)),
                        ofKey(1, EnumSet.of(Phase.UNCERTAIN)),
                        ofKey(2, EnumSet.allOf(Phase.class)),
                        ofKey(3, EnumSet.allOf(Phase.class)))) {
            for (String team : new String[] {null, small.slug(), stopped.slug()}) {
                flat(() -> inspection().find(team, filter, null, 50, Actor.GATEWAY));
            }
        }
        assertThat(tasks(ofKey(2, EnumSet.allOf(Phase.class)))).hasSize(5);
    }

    /** What was not searched is said, and can be searched next. */
    @Test
    void searchesTheNewestForWordsAndSaysHowMany() {
        int found = 0;
        int windows = 0;
        OffsetDateTime before = null;
        SearchWindow window;
        do {
            TaskFilter filter =
                    new TaskFilter(
                            TeamScope.ALL,
                            null,
                            EnumSet.allOf(Phase.class),
                            null,
                            null,
                            null,
                            before,
                            null,
                            "RED kite");
            found += tasks(filter).size();
            window = inspection().window(null, filter).orElseThrow();
            windows++;
            assertThat(window.tasks()).isLessThanOrEqualTo(10_000);
            before = Objects.requireNonNull(window.since()).plusMillis(1).atOffset(ZoneOffset.UTC);
        } while (!window.whole() && windows < 20);
        assertThat(window.whole()).isTrue();
        assertThat(windows).isGreaterThan(9);
        assertThat(found).isEqualTo(3);
    }

    private static TaskFilter ofKey(long key, Set<Phase> phases) {
        return new TaskFilter(TeamScope.ALL, null, phases, null, null, null, null, key, null);
    }

    private static List<TaskRecord> tasks(TaskFilter filter) {
        return inspection().find(null, filter, null, 50, Actor.GATEWAY).items();
    }

    private static TaskInspection inspection() {
        return gateway.bean(TaskInspection.class);
    }

    @Test
    void findsWhatFits() {
        assertThat(ids(small.get("/api/tasks?limit=200").data())).hasSize(20);
        assertThat(ids(small.get("/api/tasks?project=rare").data())).hasSize(5);
        assertThat(ids(gateway.admin("GET", "/tasks?project=rare", null).json())).hasSize(10);
        assertThat(ids(gateway.admin("GET", "/tasks?phase=UNCERTAIN", null).json())).hasSize(10);
        List<String> day =
                ids(
                        gateway.admin(
                                        "GET",
                                        "/tasks?from=2025-01-02&to=2025-01-02T01:00:00Z&limit=200",
                                        null)
                                .json());
        assertThat(day)
                .isEqualTo(
                        gateway.database()
                                .rows(
                                        "select id from task where created_at >= '2025-01-02Z' and created_at < '2025-01-02 01:00Z' order by id desc"))
                .hasSize(12);
    }

    /**
     * Of all teams, where one has nearly all, where it has none, and at the border, before which
     * the newest are of the others.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2025-01-01T02:00",
                "2025-03-01T00:00",
                "2025-06-24T00:00",
                "2026-01-01T00:00"
            })
    void findsTheNewestOfAllTeams(String to) {
        for (int limit : new int[] {1, 7, 100, 200}) {
            assertThat(
                            ids(
                                    gateway.admin(
                                                    "GET",
                                                    "/tasks?project=common&to=%sZ&limit=%d"
                                                            .formatted(to, limit),
                                                    null)
                                            .json()))
                    .isEqualTo(
                            gateway.database()
                                    .rows(
                                            "select id from task where project = 'common' and created_at < '%sZ' order by id desc limit %d"
                                                    .formatted(to, limit)))
                    .isNotEmpty();
        }
    }

    private static List<String> ids(tools.jackson.databind.JsonNode page) {
        return Stream.of(page.get("items"))
                .flatMap(items -> items.valueStream())
                .map(item -> item.at("/task_id").stringValue())
                .toList();
    }

    private static Answer ok(Answer answer) {
        assertThat(answer).hasStatus(200);
        return answer;
    }

    private static void flat(Runnable call) {
        List<Explained.Read> reads = Explained.during(call);
        assertThat(reads).isNotEmpty();
        cheap(reads, FLAT);
    }

    private static void cheap(List<Explained.Read> reads, int most) {
        assertThat(reads)
                .allSatisfy(read ->
                        assertThat(read.pages()).as(read.sql() + read.plan()).isLessThan(most));
    }
}
