package dev.seedgate.task.order;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.access.team.AuthenticatedTeam;
import dev.seedgate.access.team.Scope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.NewTask;
import dev.seedgate.task.lifecycle.Order;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import dev.seedgate.vendor.contract.ClipRequest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.CannotAcquireLockException;

/**
 * Creates that are admitted together are admitted as if each came alone. The database's time stands
 * still, so that a rate's verdicts are the same a moment later.
 */
class GroupAdmissionTests {

    private static Gateway gateway;
    private static Admission admission;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(TestDatabase.create(), FakeVendor.start());
        admission = gateway.bean(Admission.class);
        gateway.database().stopTime(Duration.ofDays(3650));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @AfterEach
    void booksBalance() {
        Invariants.check(gateway.database());
    }

    /**
     * Of any limits and orders, with orders of several teams between each other, in groups of any
     * size: of teams that the fast path takes, that it does not take, and that it takes no longer.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void admitsAGroupAsIfEachCameAlone(int seed) {
        Random random = new Random(seed);
        List<Payer> together = new ArrayList<>();
        List<Payer> alone = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Limits limits = Limits.any(random);
            if (seed % 8 < 4) {
                limits.budgetOfProject = 0;
                limits.budgetOfKey = 0;
            }
            together.add(payer(limits));
            alone.add(payer(limits));
        }
        // As they are after the first of a month.
        gateway.database()
                .execute(
                        "update account set period = period - interval '1 month' where team_id in (%d, %d)"
                                .formatted(together.getFirst().id(), alone.getFirst().id()));
        // Half of the groups have neither keys nor callbacks, and so no rows but the tasks.
        boolean withRows = seed % 2 == 0;
        if (withRows) {
            together.forEach(GroupAdmissionTests::allowCallbacks);
            alone.forEach(GroupAdmissionTests::allowCallbacks);
        }
        List<Integer> teams = new ArrayList<>();
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            teams.add(random.nextInt(4));
            boolean again = withRows && i > 0 && random.nextInt(5) == 0;
            orders.add(
                    again
                            ? orders.get(random.nextInt(i))
                            : anyOrder(random, "key-" + i % 15, withRows));
        }
        List<String> expected = new ArrayList<>();
        List<String> actual = new ArrayList<>();
        // In half of the runs any number together, in the others four at most.
        int most = seed % 4 < 2 ? orders.size() : 4;
        for (int i = 0; i < orders.size(); ) {
            List<PendingCreate> group = new ArrayList<>();
            int end = Math.min(orders.size(), i + 1 + random.nextInt(most));
            for (; i < end; i++) {
                expected.add(tell(pending(alone.get(teams.get(i)), orders.get(i))));
                group.add(pending(together.get(teams.get(i)), orders.get(i)));
            }
            Map<PendingCreate, CreateResult> admitted = decide(group, random.nextBoolean());
            for (PendingCreate create : group) {
                CreateResult result = admitted.get(create);
                actual.add(result == null ? tell(create) : tell(result));
            }
            if (random.nextInt(5) == 0) {
                int team = random.nextInt(4);
                String verb = random.nextInt(4) > 0 ? "/suspend" : "/resume";
                for (Payer payer : List.of(together.get(team), alone.get(team))) {
                    assertThat(gateway.admin("POST", "/teams/" + payer.team().slug() + verb, null))
                            .hasStatus(200);
                }
            }
        }
        assertThat(actual).isEqualTo(expected);
        for (int i = 0; i < 4; i++) {
            assertThat(stored(together.get(i))).isEqualTo(stored(alone.get(i)));
        }
    }

    /** What a group is sure to come upon, whatever the seeds of the other test. */
    @Test
    void leavesOutWhatIsBeyondALimitAndWhatComesBehindIt() {
        Payer team = payer(new Limits().with("monthly_quota", 2 * 65 + 20));
        Payer other = payer(new Limits());
        List<PendingCreate> group =
                List.of(
                        pending(team, order(5, null)),
                        pending(team, order(5, "b")),
                        pending(other, order(5, "b")),
                        pending(team, order(5, "c")),
                        pending(team, order(5, null)),
                        pending(other, order(10, null)));
        Map<PendingCreate, CreateResult> admitted = decide(group, false);
        assertThat(group.stream().map(admitted::containsKey))
                .containsExactly(true, true, true, false, false, true);
        assertThat(admitted.get(group.get(1)))
                .isEqualTo(new CreateResult(group.get(1).task().id(), 65, 20L, null, false));
        assertThat(group.stream().map(PendingCreate::mayBeCommitted))
                .containsExactly(true, true, true, false, false, true);
        topUp(team, 100);
        assertThat(admission.admit(pending(team, order(5, "c"))).replayed())
                .as("its key was not taken")
                .isFalse();
        assertThat(admission.admit(group.get(1)).replayed()).isTrue();
    }

    /** In a statement that is a transaction of its own. */
    @Test
    void leavesOpenWhatIsAdmittedAndNotWhatTheDatabaseDidNotTake() {
        Payer team = payer(new Limits().with("monthly_quota", 65));
        List<PendingCreate> group =
                List.of(pending(team, order(5, null)), pending(team, order(5, null)));
        assertThat(decide(group, false)).containsOnlyKeys(group.getFirst());
        assertThat(group.stream().map(PendingCreate::mayBeCommitted)).containsExactly(true, false);
        Payer held = payer(new Limits());
        PendingCreate waiting = pending(held, order(5, null));
        gateway.database()
                .during(
                        "select from account where team_id = %d for update".formatted(held.id()),
                        () ->
                                assertThatThrownBy(() -> admission.admitAll(List.of(waiting), true))
                                        .isInstanceOf(CannotAcquireLockException.class));
        assertThat(waiting.mayBeCommitted()).as("the lock's time-out is an answer").isFalse();
    }

    @Test
    void makesOneTaskOfAKeyThatComesTwiceInAGroupAndLeavesAKnownOneOut() {
        Payer team = payer(new Limits());
        PendingCreate first = pending(team, order(5, "same"));
        PendingCreate second = pending(team, order(5, "same"));
        Payer other = payer(new Limits());
        PendingCreate ofOther = pending(other, order(5, "same"));
        GroupAdmission outcome = admission.admitAll(List.of(first, second, ofOther), false);
        assertThat(outcome.admitted()).containsOnlyKeys(first, ofOther);
        assertThat(admission.admit(second)).isEqualTo(CreateResult.replayed(first.task().id(), 65));
        PendingCreate third = pending(team, order(5, "same"));
        assertThat(admission.admitAll(List.of(third), true).admitted()).isEmpty();
        PendingCreate reused = pending(team, order(10, "same"));
        assertThat(admission.admitAll(List.of(reused), true).admitted()).isEmpty();
        assertThatThrownBy(() -> admission.admit(reused))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    }

    @Test
    void waitsForNoAccountAndNoKeyThatAnotherTransactionHolds() {
        Payer held = payer(new Limits());
        Payer keyed = payer(new Limits());
        Payer free = payer(new Limits());
        PendingCreate busy = pending(held, order(5, "k"));
        assertThat(admission.admit(pending(held, order(5, "known"))).replayed()).isFalse();
        PendingCreate known = pending(held, order(5, "known"));
        PendingCreate stillAtWork = pending(keyed, order(5, "slow"));
        PendingCreate able = pending(free, order(5, "k"));
        gateway.database()
                .during(
                        """
                        do $$ begin
                            perform from account where team_id = %1$d for update;
                            insert into idempotency_key (team_id, key, fingerprint, task_id, credits)
                            select %2$d, 'slow', '', 'sd15p_other', 65
                            from pg_advisory_xact_lock(hashtextextended('slow', %2$d));
                        end $$
                        """
                                .formatted(held.id(), keyed.id()),
                        () -> {
                            GroupAdmission outcome =
                                    admission.admitAll(
                                            List.of(busy, known, stillAtWork, able), false);
                            assertThat(outcome.admitted()).containsOnlyKeys(able);
                            assertThat(outcome.undecided()).containsExactly(busy);
                            assertThat(admission.admitAll(List.of(known), false))
                                    .isEqualTo(GroupAdmission.NONE);
                            assertThat(admission.admit(known).replayed()).isTrue();
                        });
        assertThat(admission.admitAll(List.of(busy, stillAtWork), true).admitted())
                .as("both keys are free")
                .containsOnlyKeys(busy, stillAtWork);
    }

    /**
     * Of a key that another call takes between the statement's snapshot and its look at the key.
     * Held by one that has not locked it, as nothing here would hold it at just that moment.
     */
    @Test
    void storesNothingOfAGroupOneOfWhoseKeysWasTakenMeanwhile() throws Exception {
        Payer team = payer(new Limits());
        List<PendingCreate> group =
                List.of(pending(team, order(5, "free")), pending(team, order(5, "taken")));
        try (Connection other = DriverManager.getConnection(gateway.database().url());
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            statement.execute(
                    "insert into idempotency_key (team_id, key, fingerprint, task_id, credits) values (%d, 'taken', '', 'sd15p_other', 65)"
                            .formatted(team.id()));
            CompletableFuture<GroupAdmission> outcome =
                    CompletableFuture.supplyAsync(() -> admission.admitAll(group, false), threads);
            awaitOneThatWaitsForALock();
            other.commit();
            assertThat(outcome.join()).isEqualTo(GroupAdmission.NONE);
        }
        assertThat(group).noneMatch(PendingCreate::mayBeCommitted);
        assertThat(admission.admit(group.getFirst()).replayed()).isFalse();
        assertThatThrownBy(() -> admission.admit(group.getLast()))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED));
    }

    /**
     * The verdict looks at the budgets, the fast path does not. A team is off it from its first
     * order that is beyond a limit to its first that is not.
     */
    @Test
    void asksOnlyForTheLimitsThatATeamHas() {
        Payer team = payer(new Limits().with("monthly_quota", 2 * 65 + 20));
        Payer other = payer(new Limits());
        List<PendingCreate> both =
                List.of(pending(team, order(5, null)), pending(other, order(5, null)));
        whileBudgetsAreHeld(() -> assertThat(decide(both, false)).hasSize(2));
        List<PendingCreate> two =
                List.of(pending(team, order(5, null)), pending(team, order(5, null)));
        whileBudgetsAreHeld(() -> {
            GroupAdmission outcome = admission.admitAll(two, false);
            assertThat(outcome.admitted()).isEmpty();
            assertThat(outcome.undecided()).hasSize(2);
            assertThatThrownBy(() -> admission.admitAll(two, true))
                    .isInstanceOf(CannotAcquireLockException.class);
        });
        assertThat(decide(two, false)).containsOnlyKeys(two.getFirst());
        assertThat(
                        gateway.admin(
                                "PATCH",
                                "/teams/" + team.team().slug(),
                                Json.of("monthly_quota", 1000)))
                .hasStatus(200);
        assertThat(decide(List.of(two.getLast()), false)).hasSize(1);
        whileBudgetsAreHeld(
                () -> assertThat(decide(List.of(pending(team, order(5, null))), true)).hasSize(1));
    }

    private static void whileBudgetsAreHeld(Runnable work) {
        gateway.database().during("lock table budget in access exclusive mode", work);
    }

    /** Through the groups: the others are admitted, and what waits is when the account is free. */
    @Test
    void letsNoTeamWaitForAnothersAccount() {
        Payer held = payer(new Limits());
        Payer free = payer(new Limits());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                CreateGroups groups = new CreateGroups(admission, 16, 2, 8, Duration.ofHours(1))) {
            List<CompletableFuture<CreateResult>> waiting = new ArrayList<>();
            gateway.database()
                    .during(
                            "select from account where team_id = %d for update"
                                    .formatted(held.id()),
                            () -> {
                                for (int i = 0; i < 5; i++) {
                                    PendingCreate create = pending(held, order(5, null));
                                    waiting.add(
                                            CompletableFuture.supplyAsync(
                                                    () -> groups.admit(create), threads));
                                    awaitOneThatWaitsForALock();
                                }
                                Awaitility.await().until(() -> groups.waiting() == 4);
                                assertThat(groups.admit(pending(free, order(5, null)))).isNotNull();
                                assertThat(waiting).noneMatch(CompletableFuture::isDone);
                            });
            assertThat(waiting.stream().map(it -> it.join().task()).distinct()).hasSize(5);
            assertThat(groups.waiting()).isZero();
        }
    }

    /** Not of those that are kept for whatever is done for no request. */
    @Test
    void takesTheConnectionsOfItsRequests() {
        Payer team = payer(new Limits());
        try (CreateGroups groups = new CreateGroups(admission, 16, 2, 8, Duration.ofHours(1))) {
            long before = connectionsTakenByRequests();
            for (int i = 0; i < 20; i++) {
                groups.admit(pending(team, order(5, null)));
            }
            assertThat(connectionsTakenByRequests() - before).isGreaterThanOrEqualTo(20);
        }
    }

    private static long connectionsTakenByRequests() {
        return gateway
                .bean(MeterRegistry.class)
                .get("hikaricp.connections.acquire")
                .timers()
                .stream()
                .filter(it -> !"reserved".equals(it.getId().getTag("pool")))
                .mapToLong(Timer::count)
                .sum();
    }

    /** Beyond a limit or within all of them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void keepsNothingOfWhatIsLeftOut(int clipsWorthOfCredit) {
        Payer team = payer(new Limits().with("monthly_quota", clipsWorthOfCredit * 65));
        allowCallbacks(team);
        List<PendingCreate> group =
                List.of(
                        pending(team, withCallback("https://elsewhere.example/hook")),
                        pending(team, withCallback("none at all")),
                        pending(team, withCallback("https://127.0.0.1/hook")),
                        pending(team, withCallback("https://127.0.0.1/hook")));
        List<PendingCreate> admitted = group.subList(2, 2 + clipsWorthOfCredit);
        assertThat(decide(group, false).keySet()).containsExactlyInAnyOrderElementsOf(admitted);
        String ids = group.stream().map(PendingCreate::id).collect(joining("', '", "('", "')"));
        for (String column :
                List.of("webhook_callback.task_id", "ledger_entry.task_id", "task.id")) {
            String table = column.substring(0, column.indexOf('.'));
            assertThat(
                            gateway.database()
                                    .rows(
                                            "select %1$s from %2$s where %1$s in %3$s"
                                                    .formatted(column, table, ids)))
                    .as(column)
                    .containsExactlyInAnyOrderElementsOf(
                            admitted.stream().map(PendingCreate::id).toList());
        }
        assertThatThrownBy(() -> admission.admit(group.getFirst()))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CALLBACK_NOT_ALLOWED));
    }

    /** As of two replicas, whose groups take turns at the same accounts. */
    @Test
    void letsExactlyTenOfManyOfEachTeamSpendCreditForTen() {
        List<Payer> teams =
                IntStream.range(0, 3)
                        .mapToObj(_ -> payer(new Limits().with("monthly_quota", 650)))
                        .toList();
        List<String> answers;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                CreateGroups one = new CreateGroups(admission, 16, 2, 8, Duration.ofSeconds(1));
                CreateGroups other = new CreateGroups(admission, 16, 2, 8, Duration.ofSeconds(1))) {
            List<CreateGroups> replicas = List.of(one, other);
            answers =
                    IntStream.range(0, 120)
                            .mapToObj(i -> {
                                PendingCreate create =
                                        pending(teams.get(i % 3), order(5, "many-" + i % 60));
                                return CompletableFuture.supplyAsync(
                                        () -> tell(replicas.get(i % 2)::admit, create), threads);
                            })
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .toList();
        }
        assertThat(Set.copyOf(answers.stream().map(it -> it.replaceAll(" .*", "")).toList()))
                .isSubsetOf("65", "TEAM_QUOTA_EXHAUSTED", "IDEMPOTENCY_KEY_IN_PROGRESS");
        teams.forEach(it -> assertThat(it.team()).hasUsed(650).hasRemaining(0));
    }

    private static void awaitOneThatWaitsForALock() {
        Awaitility.await()
                .until(() ->
                        gateway.database()
                                .text(
                                        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                                .equals("1"));
    }

    /** As {@link CreateGroups} does: what is undecided is asked for again, waiting. */
    private static Map<PendingCreate, CreateResult> decide(
            List<PendingCreate> group, boolean waiting) {
        GroupAdmission outcome = admission.admitAll(group, waiting);
        Map<PendingCreate, CreateResult> admitted = new HashMap<>(outcome.admitted());
        if (!outcome.undecided().isEmpty()) {
            List<PendingCreate> again =
                    group.stream().filter(outcome.undecided()::contains).toList();
            assertThat(again).noneMatch(PendingCreate::mayBeCommitted);
            GroupAdmission second = admission.admitAll(again, true);
            assertThat(second.undecided()).as("decided at the latest then").isEmpty();
            admitted.putAll(second.admitted());
        }
        return admitted;
    }

    private static String tell(PendingCreate create) {
        return tell(admission::admit, create);
    }

    private static String tell(Function<PendingCreate, CreateResult> admit, PendingCreate create) {
        try {
            return tell(admit.apply(create));
        } catch (ApiException refusal) {
            return refusal.code() + " " + refusal.getMessage();
        }
    }

    private static String tell(CreateResult result) {
        return result.charged() + " of " + result.remaining() + " " + result.exceeded();
    }

    /** The account, its budgets, entries, tasks, places in the queue, keys and callbacks. */
    private static List<String> stored(Payer payer) {
        return gateway.database()
                .rows(
                        """
                        select (used, top_ups, in_flight, rate_tat)::text from account where team_id = %1$d
                        union all
                        select * from (select (project, monthly_credits, used)::text from budget
                            where team_id = %1$d order by project) b
                        union all
                        select * from (select (e.kind, e.debit, e.credit, e.credits, e.from_quota, e.from_top_ups,
                                e.reason, e.project, e.preset, e.price_version, e.upstream, t.credits, t.prompt,
                                t.image_urls, t.aspect_ratio, t.duration_seconds, t.sound, w.credits)::text
                            from ledger_entry e join task t on t.id = e.task_id left join work w on w.task_id = t.id
                            where e.team_id = %1$d order by e.id) e
                        union all
                        select * from (select (i.key, i.fingerprint, i.credits, t.prompt)::text
                            from idempotency_key i join task t on t.id = i.task_id
                            where i.team_id = %1$d order by i.key) i
                        union all
                        select * from (select (c.url, t.prompt)::text
                            from webhook_callback c join task t on t.id = c.task_id
                            where t.team_id = %1$d order by t.prompt) c
                        """
                                .formatted(payer.id()));
    }

    private static void allowCallbacks(Payer payer) {
        assertThat(
                        gateway.admin(
                                "PUT",
                                "/teams/" + payer.team().slug() + "/callback-hosts",
                                Json.of("hosts", List.of("127.0.0.1"))))
                .hasStatus(200);
    }

    private static void topUp(Payer payer, long credits) {
        assertThat(
                        gateway.admin(
                                "POST",
                                "/teams/" + payer.team().slug() + "/topups",
                                Json.of("credits", credits),
                                "Idempotency-Key",
                                "first"))
                .hasStatus(201);
    }

    private static Payer payer(Limits limits) {
        Team team = gateway.team(limits.fields());
        Payer payer =
                new Payer(
                        team,
                        id("select id from team where slug = '%s'", team.slug()),
                        id(
                                "select min(k.id) from team_key k join team t on t.id = k.team_id where t.slug = '%s'",
                                team.slug()));
        if (limits.topUps > 0) {
            topUp(payer, limits.topUps);
        }
        limits.budgets(payer)
                .forEach((owner, credits) ->
                        assertThat(
                                        gateway.admin(
                                                "PUT",
                                                "/teams/" + team.slug() + owner + "/budget",
                                                Json.of("monthly_credits", credits)))
                                .hasStatus(200));
        return payer;
    }

    private static long id(String query, String slug) {
        return Long.parseLong(gateway.database().text(query.formatted(slug)));
    }

    private static PendingCreate pending(Payer payer, Order order) {
        AuthenticatedTeam caller =
                new AuthenticatedTeam(
                        payer.id(),
                        payer.team().slug(),
                        null,
                        payer.keyId(),
                        "key",
                        EnumSet.allOf(Scope.class),
                        null,
                        false);
        return new PendingCreate(
                new NewTask(TaskId.create(Instant.now(), '0'), caller, order, null));
    }

    private static Order order(int seconds, @Nullable String key) {
        return new Order(
                new ClipRequest("one of a group", "16:9", seconds, false, List.of()),
                null,
                key,
                "request",
                null);
    }

    private static Order withCallback(String url) {
        return new Order(order(5, null).clip(), null, null, "request", url);
    }

    private static Order anyOrder(Random random, String key, boolean withRows) {
        @Nullable String ownKey = withRows && random.nextBoolean() ? key : null;
        @Nullable String callback =
                withRows && random.nextInt(3) == 0
                        // One whose callback is refused leaves its key to the next.
                        ? ownKey == null && random.nextInt(3) == 0
                                ? "https://elsewhere.example/hook"
                                : "https://127.0.0.1/" + key
                        : null;
        List<String> images =
                IntStream.range(0, random.nextInt(3))
                        .mapToObj(i -> "https://img.example/%s?a={%d}&b=\"',".formatted(key, i))
                        .toList();
        return new Order(
                new ClipRequest(
                        "{a}, \"b\" \\ " + key,
                        "16:9",
                        random.nextInt(3) == 0 ? 10 : 5,
                        random.nextBoolean(),
                        images),
                random.nextBoolean() ? "film" : null,
                ownKey,
                "request",
                callback);
    }

    private record Payer(Team team, long id, long keyId) {}

    /** A team's limits. */
    private static final class Limits {

        private final Map<String, Object> fields = new LinkedHashMap<>();
        private long topUps;
        private long budgetOfProject;
        private long budgetOfKey;

        static Limits any(Random random) {
            Limits limits = new Limits();
            if (random.nextInt(3) > 0) {
                limits.with("monthly_quota", random.nextInt(1200));
            }
            if (random.nextInt(2) == 0) {
                limits.with("max_in_flight", random.nextInt(9));
            }
            if (random.nextInt(2) == 0) {
                limits.with("generate_per_minute", 1 + random.nextInt(8));
            }
            limits.with("soft_limits", random.nextInt(3) == 0);
            limits.topUps = random.nextBoolean() ? 1 + random.nextInt(300) : 0;
            limits.budgetOfProject = random.nextBoolean() ? 1 + random.nextInt(500) : 0;
            limits.budgetOfKey = random.nextInt(3) == 0 ? 1 + random.nextInt(900) : 0;
            return limits;
        }

        Limits with(String field, Object value) {
            fields.put(field, value);
            return this;
        }

        @Nullable Object[] fields() {
            return fields.entrySet().stream()
                    .flatMap(it -> Arrays.stream(new Object[] {it.getKey(), it.getValue()}))
                    .toArray();
        }

        Map<String, Long> budgets(Payer payer) {
            Map<String, Long> budgets = new LinkedHashMap<>();
            budgets.put("/projects/film", budgetOfProject);
            budgets.put("/keys/" + payer.keyId(), budgetOfKey);
            budgets.values().removeAll(Collections.singleton(0L));
            return budgets;
        }
    }
}
