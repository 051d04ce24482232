package dev.seedgate.faults;

import dev.seedgate.task.lifecycle.Phase;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Invariants;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two replicas, a few teams, a moody vendor, receivers that fail, a storage that goes away, and
 * dice that say what happens next.
 */
final class Simulation implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Simulation.class);
    private static final int TEAMS = 4;
    private static final int REPLICAS = 2;

    private final Random dice;
    // The vendor's threads roll their own, so that theirs don't depend on the order of the others.
    private final Random moods;
    private final TestDatabase database = TestDatabase.create();
    private final FakeVendor vendor = FakeVendor.start();
    private final MoodyReceivers receivers;
    private final Path storage;
    private final Path storageElsewhere;
    private final List<TcpProxy> links = new ArrayList<>();
    private final List<Gateway> replicas = new ArrayList<>();
    private final List<Team> teams = new ArrayList<>();
    private final Map<String, Integer> perhapsTaken = new ConcurrentHashMap<>();
    private final Map<String, String> accepted = new LinkedHashMap<>();
    private final Map<String, String> byIdempotencyKey = new LinkedHashMap<>();
    private final List<String> broken = new ArrayList<>();
    private volatile boolean calm;
    private Duration ahead = Duration.ZERO;
    private int prompts;
    private int refused;
    private int unknown;

    Simulation(long seed, Path folder) throws IOException {
        log.info("simulation of seed {}", seed);
        dice = new Random(seed);
        moods = new Random(seed + 1);
        receivers = new MoodyReceivers(seed + 2);
        storage = folder.resolve("clips");
        storageElsewhere = folder.resolve("elsewhere");
        vendor.onEveryGenerate(this::moodyCreate);
        vendor.onEveryStatus(null);
        for (int i = 0; i < REPLICAS; i++) {
            links.add(TcpProxy.before(database));
            replicas.add(start(links.get(i)));
        }
        for (int i = 0; i < TEAMS; i++) {
            teams.add(
                    replicas.getFirst()
                            .team(
                                    i % 2 == 0 ? "monthly_quota" : "weight",
                                    i % 2 == 0 ? 1000 + dice.nextInt(4000) : 1 + i));
        }
        for (Team team : teams) {
            Answer made =
                    team.gateway()
                            .call(
                                    "POST",
                                    "/api/webhooks",
                                    team.key(),
                                    Json.of("url", receivers.receiver(team.slug())));
            if (made.status() != 201) {
                throw new IllegalStateException(made.toString());
            }
        }
    }

    /** One thing happens. */
    void step() {
        switch (dice.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> create(null);
            case 8, 9, 10 -> create("key-" + dice.nextInt(20));
            case 11, 12, 13 -> read();
            case 14, 15 -> end();
            case 16, 17 -> advance(Duration.ofSeconds(dice.nextInt(1, 90)));
            case 18 ->
                    vendor.onStatus(
                            FakeVendor.html(502), FakeVendor.reset(), FakeVendor.error(404));
            case 19 -> loseACommit();
            case 20 -> cutOneOff();
            case 21, 22 -> moveStorage();
            default -> restart();
        }
    }

    /** The vendor is well again, everything ends, and time passes until all is at rest. */
    void drain() {
        calm = true;
        receivers.calmDown();
        bringStorageBack();
        links.forEach(TcpProxy::heal);
        Awaitility.await("everything comes to rest")
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    vendor.acceptedIds().forEach(id -> vendor.finish(id, receivers.clipOf(id)));
                    advance(Duration.ofSeconds(20));
                    return database.text(
                                    "with "
                                            + Phase.rules()
                                            + " select (select count(*) from task join phase_rule using (phase) where in_flight)"
                                            + " + (select count(*) from webhook_delivery where due_at is not null)"
                                            + " + (select count(*) from clip_copy where state = 'WANTED')")
                            .equals("0");
                });
        Invariants.check(database);
        broken.addAll(receivers.contradictions());
        broken.addAll(
                database.rows(
                        """
                        select 'untold or told twice: ' || t.id || ' ' || count(d.id) || ' ' || count(d.delivered_at)
                        from task t left join webhook_delivery d on d.task_id = t.id
                        where t.phase in ('SUCCEEDED', 'FAILED')
                        group by t.id having count(d.id) <> 1 or count(d.delivered_at) <> 1
                        """));
        broken.addAll(
                database.rows(
                        """
                        select 'no copy: ' || t.id || ' ' || coalesce(c.state, 'none') || ' ' || coalesce(c.last_answer, '')
                        from task t left join clip_copy c on c.task_id = t.id
                        where t.phase = 'SUCCEEDED' and c.state is distinct from 'KEPT'
                        """));
        log.info(
                "{} creates accepted, {} refused, {} unknown; {} calls at the vendor; {}",
                accepted.size(),
                refused,
                unknown,
                vendor.generates().size(),
                database.rows("select phase || ' ' || count(*) from task group by phase"));
        perhapsTaken.forEach((prompt, times) -> {
            if (times > 1) {
                broken.add("perhaps taken " + times + " times: " + prompt);
            }
        });
        accepted.forEach((task, prompt) -> {
            if (database.rows("select id from task where id = '" + task + "'").isEmpty()) {
                broken.add("accepted and lost: " + prompt);
            }
        });
        int tasks = Integer.parseInt(database.text("select count(*) from task"));
        if (tasks > accepted.size() + unknown) {
            broken.add("there are tasks that nobody was told of");
        }
        if (accepted.isEmpty()) {
            broken.add("nothing was accepted, so nothing was tried");
        }
    }

    List<String> broken() {
        return broken;
    }

    private void create(@Nullable String key) {
        Team team = team();
        String prompt = key == null ? "clip " + prompts++ : "clip of " + team.slug() + " " + key;
        Answer answer =
                key == null ? team.generate(prompt) : team.generate(prompt, "Idempotency-Key", key);
        switch (answer.status()) {
            case 200 -> {
                String task = answer.data().get("task_id").stringValue();
                accepted.put(task, prompt);
                if (key != null
                        && !byIdempotencyKey.computeIfAbsent(prompt, _ -> task).equals(task)) {
                    broken.add("two tasks for " + prompt);
                }
            }
            case 402, 503 -> {
                refused++;
                unknown += answer.error().equals("OUTCOME_UNKNOWN") ? 1 : 0;
            }
            default -> broken.add(answer.toString());
        }
    }

    private void read() {
        if (!accepted.isEmpty()) {
            String task = List.copyOf(accepted.keySet()).get(dice.nextInt(accepted.size()));
            for (Team team : teams) {
                int status = at(team).get("/api/status?task_id=" + task).status();
                if (status != 200 && status != 404 && status != 503) {
                    broken.add("a read draws " + status);
                }
            }
        }
    }

    private void end() {
        List<String> ids = vendor.acceptedIds().stream().sorted().toList();
        if (!ids.isEmpty()) {
            String id = ids.get(dice.nextInt(ids.size()));
            if (dice.nextInt(4) == 0) {
                vendor.fail(id, "it did not work out");
            } else {
                vendor.finish(id, receivers.clipOf(id));
            }
        }
    }

    /** As a share that is not mounted, until it is again. */
    private void moveStorage() {
        try {
            if (Files.exists(storageElsewhere)) {
                bringStorageBack();
            } else {
                Files.move(storage, storageElsewhere);
                // Where it was mounted is no folder.
                Files.createFile(storage);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void bringStorageBack() {
        try {
            if (Files.exists(storageElsewhere)) {
                Files.delete(storage);
                Files.move(storageElsewhere, storage);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void restart() {
        // A replica does not start without its storage.
        bringStorageBack();
        int which = dice.nextInt(replicas.size());
        links.get(which).heal();
        replicas.get(which).close();
        replicas.set(which, start(links.get(which)));
    }

    /** The answer to a create's commit, or to that of "about to be sent", or to an answer's. */
    private void loseACommit() {
        List<String> marks = List.of("insert into work", "begun as ", "HTTP 200");
        links.get(dice.nextInt(REPLICAS))
                .loseCommitAfter(marks.get(dice.nextInt(marks.size())), TcpProxy.Loss.ANSWER);
    }

    /** The others take a replica without a database for dead; then it comes back. */
    private void cutOneOff() {
        TcpProxy link = links.get(dice.nextInt(REPLICAS));
        link.cut();
        create(null);
        advance(Duration.ofSeconds(dice.nextInt(1, 180)));
        read();
        create("key-" + dice.nextInt(20));
        link.heal();
    }

    private void advance(Duration by) {
        ahead = ahead.plus(by);
        database.shiftTime(ahead);
    }

    private Team team() {
        return at(teams.get(dice.nextInt(TEAMS)));
    }

    private Team at(Team team) {
        return new Team(replicas.get(dice.nextInt(replicas.size())), team.slug(), team.key());
    }

    /** Most creates are accepted; what may have been is counted. */
    private void moodyCreate(FakeVendor.Request request, FakeVendor.Connection connection)
            throws IOException, InterruptedException {
        int mood;
        synchronized (moods) {
            mood = calm ? 99 : moods.nextInt(100);
        }
        FakeVendor.Reaction harmless =
                switch (mood) {
                    case 0, 1, 2 -> FakeVendor.throttle("1");
                    case 3, 4, 5, 6 -> FakeVendor.error(500);
                    case 7 -> FakeVendor.error(401);
                    case 8 -> FakeVendor.error(402);
                    default -> null;
                };
        if (harmless != null) {
            harmless.to(request, connection);
            return;
        }
        perhapsTaken.merge(VendorLog.prompt(request), 1, Integer::sum);
        FakeVendor.Reaction reaction =
                switch (mood) {
                    case 9, 10, 11 -> FakeVendor.error(422);
                    case 12, 13 -> FakeVendor.reset();
                    case 14, 15 -> FakeVendor.html(502);
                    case 16, 17 -> vendor.acceptAndReset();
                    case 18 -> FakeVendor.truncated(200, FakeVendor.accepted("sd15p_half"));
                    case 19 -> vendor.acceptLate(Duration.ofMillis(700));
                    default -> vendor.acceptLate(Duration.ZERO);
                };
        reaction.to(request, connection);
    }

    private Gateway start(TcpProxy link) {
        return Gateway.start(
                link.database(),
                vendor,
                "seedgate.upstream-submit-timeout=500ms",
                "seedgate.upstream-status-timeout=500ms",
                "seedgate.upstream-probe-interval=200ms",
                "seedgate.upstream-refresh-interval=50ms",
                "seedgate.dispatch-sweep-interval=100ms",
                "seedgate.webhooks-allow-internal=true",
                "seedgate.webhooks-interval=100ms",
                "seedgate.clips-allow-internal=true",
                "seedgate.clips-folder=" + storage,
                "seedgate.clips-copy-interval=100ms",
                "spring.datasource.hikari.maximum-pool-size=4");
    }

    @Override
    public void close() throws IOException {
        replicas.forEach(Gateway::close);
        vendor.close();
        receivers.close();
        for (TcpProxy link : links) {
            link.close();
        }
    }
}
