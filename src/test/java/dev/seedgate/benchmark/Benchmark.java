package dev.seedgate.benchmark;

import dev.seedgate.benchmark.HttpConnection.Answer;
import dev.seedgate.benchmark.Load.Latencies;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.util.FileSystemUtils;

/**
 * Measures the packaged gateway on this machine, with a PostgreSQL that flushes what it commits and
 * a vendor that answers at once, and each figure beside what it is measured against in the same
 * run. {@code src/build/benchmark} runs it; docs/performance.md explains the rows.
 */
public final class Benchmark implements AutoCloseable {

    private static final String ADMIN_KEY = "admin-key-of-the-benchmark-0123456789";
    private static final String ORDER =
            "{\"prompt\":\"a boat on a lake\",\"aspect_ratio\":\"16:9\",\"duration\":\"5\"}";

    /** In seconds: what the compilers take is looked at after so long, again and again. */
    private static final double WARM_UP_STEP = 5;

    /** In cores: what compilers that rest still take. */
    private static final double COMPILERS_AT_REST = 0.05;

    /** In seconds: where one core is slow, what is left to compile by then is little. */
    private static final double LONGEST_WARM_UP = 120;

    /** Creates a second: the floors and goals of P6, and what lies between and around them. */
    private static final List<Double> RATES =
            List.of(250.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 4000.0, 6000.0);

    /** Creates a second: below the floors, and what any machine for them keeps up. */
    private static final double RATE_OF_WARM_UP = 1000;

    /** By then the JVM has given back what its compilers took for the start (java.options). */
    private static final Duration UNTIL_AT_REST = Duration.ofSeconds(35);

    /** In tasks: more than the lives of the warm-up and the measurement take from it. */
    private static final long BACKLOG = 60_000;

    /** Of 16 MB: those of min_wal_size. */
    private static final int WAL_FILES = 64;

    private static final String BESIDE = "--beside=";
    private static final String ENDED = "select count(*) from task where phase = 'SUCCEEDED'";
    private static final String QUEUED = "select count(*) from task where phase = 'QUEUED'";
    private static final String SUBMITTED =
            "select count(*) from task where upstream_task_id is not null";
    private static final String WAL_BYTES =
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
    private static final String COMMITS =
            "select xact_commit from pg_stat_database where datname = current_database()";
    private static final Pattern ID = Pattern.compile("\"task_id\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");

    /** Ids that no other column has, so that they are found among the recorded values. */
    private static final long MARKED_ID = 900_000_001L;

    private final boolean profiled;
    private final Set<String> only;
    private final int teamCount;
    private final double seconds;
    private final Path work;
    private final EmbeddedPostgres postgres;
    private final InstantVendor vendor = new InstantVendor();
    private final PackagedGateway gateway;
    private final int port;
    private final BenchmarkReport report = new BenchmarkReport();
    private final List<Team> teams = new ArrayList<>();
    private volatile String lastCreated = "";

    private Benchmark(Path jar, boolean small, boolean oneTeam, boolean profiled, Set<String> only)
            throws Exception {
        this.profiled = profiled;
        this.only = only;
        teamCount = oneTeam ? 1 : small ? 200 : 1000;
        seconds = small ? 8 : 30;
        work = Files.createTempDirectory("seedgate-benchmark");
        postgres =
                EmbeddedPostgres.builder()
                        .setDataDirectory(work.resolve("data"))
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("full_page_writes", "on")
                        .setServerConfig("max_connections", "100")
                        .setServerConfig("shared_buffers", "256MB")
                        .setServerConfig("min_wal_size", "1GB")
                        .setServerConfig(
                                "shared_preload_libraries", profiled ? "pg_stat_statements" : "")
                        .setServerConfig("pg_stat_statements.track_planning", "on")
                        .setServerConfig("logging_collector", "on")
                        .setServerConfig("log_destination", "csvlog")
                        .setServerConfig("log_directory", work.resolve("logs").toString())
                        .start();
        makeWalFiles();
        gateway = new PackagedGateway(jar, work, gatewaySettings(), profiled);
        port = gateway.port();
    }

    /**
     * Has PostgreSQL make the files of the write-ahead log that it uses again and again, as one
     * that has run for a while has done. While it makes a new one of 16 MB, all commits wait: some
     * 50 ms, at 1,500 creates a second every five seconds.
     */
    private void makeWalFiles() throws SQLException {
        for (int i = 0; i < WAL_FILES; i++) {
            execute("select pg_logical_emit_message(false, 'benchmark', 'begins a file')");
            execute("select pg_switch_wal()");
        }
        execute("checkpoint");
    }

    private List<String> gatewaySettings() {
        return List.of(
                "--spring.datasource.url=" + url(),
                "--seedgate.admin-key=" + ADMIN_KEY,
                "--seedgate.upstream-api-key=key-of-the-benchmark",
                "--seedgate.upstream-base-url=" + vendor.url(),
                // No row waits for permits, nor for a clip to be looked for.
                "--seedgate.upstream-requests-per-second=100000",
                "--seedgate.poll-first-after=1s",
                "--seedgate.queue-max-wait=7d",
                "--seedgate.queue-max-length=10000000");
    }

    /**
     * Runs all rows.
     *
     * @param arguments the packaged jar; then {@code --short} for a look of some minutes, {@code
     *     --one-team} for lives of a single team, {@code --profile} for a recording of the gateway
     *     in target/benchmark.jfr and the statements of each group in target/statements-*.txt, and
     *     names of groups of rows, to run these alone: creates, status, rates, lives. With {@code
     *     --beside=} and another packaged jar, creates of both in turns instead
     */
    public static void main(String[] arguments) throws Exception {
        List<String> options = List.of(arguments).subList(1, arguments.length);
        Set<String> only =
                options.stream().filter(it -> !it.startsWith("--")).collect(Collectors.toSet());
        Optional<String> beside =
                options.stream()
                        .filter(it -> it.startsWith(BESIDE))
                        .map(it -> it.substring(BESIDE.length()))
                        .findFirst();
        try (Benchmark benchmark = of(Path.of(arguments[0]), options, only)) {
            if (beside.isEmpty()) {
                benchmark.run();
                return;
            }
            try (Benchmark other = of(Path.of(beside.get()), options, only)) {
                benchmark.compareWith(other);
            }
        }
    }

    private static Benchmark of(Path jar, List<String> options, Set<String> only) throws Exception {
        return new Benchmark(
                jar,
                options.contains("--short"),
                options.contains("--one-team"),
                options.contains("--profile"),
                only);
    }

    private boolean runs(String group) {
        return only.isEmpty() || only.contains(group);
    }

    private void run() throws Exception {
        double idle = warmUpCreates();
        if (runs("creates")) {
            creates();
        }
        if (runs("status")) {
            statusReads();
        }
        // Before the rates: the highest are beyond what it can take, where its heap grows for what
        // waits.
        double loaded = gateway.residentMegabytes();
        if (runs("rates")) {
            openLoop();
        }
        report.row("P7", "resident memory: idle, after the load (MB)", loaded, Double.NaN, 600, 320)
                .note("idle %.0f MB: floor 350, goal 260".formatted(idle));
        report.row(
                "P8",
                "start to ready as packaged (s), beside the plain jar",
                gateway.startSeconds(),
                gateway.plainStartSeconds(),
                0.5,
                0.3);
        if (runs("lives")) {
            lives();
        }
        writeReport();
        ledgerIsRight();
    }

    /**
     * Creates of this gateway and of another one, each beside a database of its own, in turns of a
     * second: what the machine does meanwhile falls on both.
     */
    private void compareWith(Benchmark other) throws Exception {
        warmUpCreates();
        other.warmUpCreates();
        // The first has cooled down meanwhile.
        load(this::createOfAny).closed(8, WARM_UP_STEP);
        for (int clients : List.of(1, 8, 32)) {
            Turns own = new Turns(this, clients);
            Turns others = new Turns(other, clients);
            for (int turn = 0; turn < seconds; turn++) {
                List<Turns> both = List.of(own, others);
                for (Turns each : turn % 2 == 0 ? both : both.reversed()) {
                    each.take();
                }
            }
            own.reportBeside(others);
        }
        writeReport();
        ledgerIsRight();
        other.ledgerIsRight();
    }

    /**
     * Answers what the gateway holds of the memory before anybody asks for anything, in megabytes.
     */
    private double warmUpCreates() throws Exception {
        Thread.sleep(UNTIL_AT_REST);
        double idle = gateway.residentMegabytes();
        makeTeams();
        admin("POST", "/admin/api/upstream/pause", "{\"reason\":\"benchmark\"}");
        Load creates = load(this::createOfAny);
        warmUp("creates", () -> creates.closed(8, WARM_UP_STEP));
        return idle;
    }

    private void writeReport() throws IOException {
        Path target = Path.of("target");
        Files.writeString(target.resolve("benchmark.json"), report.json());
        Files.writeString(target.resolve("benchmark.html"), report.html());
        System.out.println(report.table());
        System.out.println("Also in target/benchmark.json and target/benchmark.html.");
    }

    /** Has the load go on until the compilers rest: what they take is no part of a call's cost. */
    private void warmUp(String what, Step step) throws Exception {
        double cores;
        double lasted = 0;
        do {
            Duration before = gateway.compilerTime();
            step.run();
            lasted += WARM_UP_STEP;
            Duration taken = gateway.compilerTime().minus(before);
            cores = Math.max(0, taken.toMillis()) / 1e3 / WARM_UP_STEP;
        } while (cores > COMPILERS_AT_REST && lasted < LONGEST_WARM_UP);
        report.figure("cores that the compilers take when " + what + " begin to count", cores);
        report.figure("seconds of warm-up before " + what, lasted);
    }

    /** P1, P2, P5: what is durable when it is answered, beside the same statements alone. */
    private void creates() throws Exception {
        Team marked = teams.getFirst();
        RecordedTransaction admission;
        try (Connection connection = DriverManager.getConnection(url())) {
            admission =
                    RecordedTransaction.of(
                            connection,
                            work.resolve("logs"),
                            "into ledger_entry",
                            () -> createOnce(marked));
        }
        double alone = admission.perSecond(url(), 8, seconds, _ -> values(any()));
        long written = count(WAL_BYTES);
        CpuMeter cpu = cpu();
        Latencies many = load(this::createOfAny).closed(8, seconds);
        cpu.report("a create", many.count());
        report.figure(
                "write-ahead log a create (bytes)",
                (double) (count(WAL_BYTES) - written) / many.count());
        statements("creates");
        report.row(
                        "P1",
                        "creates a second, 8 clients, many teams",
                        many.perSecond(),
                        alone,
                        0.40,
                        0.75)
                .note(admission.statements() + " statements a create")
                .curve("creates, 8 clients", many);
        double aloneOfOne = admission.perSecond(url(), 8, seconds, _ -> values(teams.get(1)));
        Load ofOne = load(_ -> teams.get(1).create());
        Latencies eight = ofOne.closed(8, seconds);
        Latencies crowd = ofOne.closed(128, seconds);
        report.row(
                        "P2",
                        "one team: 128 clients beside 8",
                        crowd.perSecond(),
                        eight.perSecond(),
                        0.35,
                        1.0)
                .note("the statements alone: %.0f a second".formatted(aloneOfOne));
        Latencies one = load(this::createOfAny).closed(1, seconds);
        report.row("P5", "create, one client, p50 (ms)", one.percentile(50), Double.NaN, 2, 0.7)
                .curve("create, 1 client", one);
        report.row("P5", "create, one client, p99 (ms)", one.percentile(99), Double.NaN, 15, 4);
    }

    /** P3, P4: beside an empty servlet on the same server. */
    private void statusReads() throws Exception {
        List<byte[]> reads = new ArrayList<>();
        int size = 0;
        try (HttpConnection connection = new HttpConnection(port)) {
            for (int i = 0; i < 200; i++) {
                Team team = any();
                String id = first(ID, connection.send(team.create()).text());
                reads.add(
                        HttpConnection.request("GET", "/api/status?task_id=" + id, team.key(), ""));
                size = connection.send(reads.getLast()).body().length;
            }
        }
        List<String> command = new ArrayList<>(PackagedGateway.CONTAINER);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmptyServer.class.getName(),
                        String.valueOf(size)));
        Process process = PackagedGateway.java(work.resolve("empty.log"), command);
        try {
            int emptyPort = portOf(work.resolve("empty.log"), process);
            Load empty = new Load(emptyPort, n -> reads.get((int) (n % reads.size())));
            Load status = load(n -> reads.get((int) (n % reads.size())));
            empty.closed(32, seconds / 2);
            Latencies fastest = empty.closed(32, seconds / 2);
            Latencies fastestOne = empty.closed(1, seconds / 2);
            warmUp("status reads", () -> status.closed(32, WARM_UP_STEP));
            CpuMeter cpu = cpu();
            Latencies many = status.closed(32, seconds / 2);
            cpu.report("a status read", many.count());
            statements("status");
            report.row(
                            "P3",
                            "status reads a second, 32 clients",
                            many.perSecond(),
                            fastest.perSecond(),
                            0.15,
                            0.45)
                    .curve("status, 32 clients", many);
            Latencies one = status.closed(1, seconds / 2);
            report.row(
                            "P4",
                            "status, one client, p50 beyond an empty servlet (ms)",
                            one.percentile(50) - fastestOne.percentile(50),
                            Double.NaN,
                            0.5,
                            0.25)
                    .curve("status, 1 client", one);
            report.row(
                    "P4",
                    "status, one client, p99 beyond an empty servlet (ms)",
                    one.percentile(99) - fastestOne.percentile(99),
                    Double.NaN,
                    5,
                    0.75);
        } finally {
            process.destroy();
        }
    }

    /** P6: the highest rate that is kept up within a p99, in one of two tries. */
    private void openLoop() throws Exception {
        vacuum();
        Load creates = load(this::createOfAny);
        // The compilers' guesses are from clients that wait for their answers: others take other
        // ways.
        warmUp("rates", () -> creates.open(RATE_OF_WARM_UP, 256, WARM_UP_STEP));
        double within10 = 0;
        double within50 = 0;
        List<String> tails = new ArrayList<>();
        for (double rate : RATES) {
            Latencies at = creates.open(rate, 256, seconds / 2);
            if (!isKeptUp(at, 10)) {
                // On a shared machine one moment without a core is a hundredth of a step.
                Latencies again = creates.open(rate, 256, seconds / 2);
                at = again.percentile(99) < at.percentile(99) ? again : at;
            }
            report.curve("creates, %.0f a second".formatted(rate), at);
            within10 = isKeptUp(at, 10) ? rate : within10;
            within50 = isKeptUp(at, 50) ? rate : within50;
            tails.add("%.0f: %.1f".formatted(rate, at.percentile(99)));
            if (at.percentile(99) > 200) {
                break;
            }
        }
        report.row(
                        "P6",
                        "creates a second with p99 at most 10 ms, open loop",
                        within10,
                        Double.NaN,
                        1500,
                        4000)
                .note("p99 (ms) by rate: " + String.join(", ", tails));
        report.row(
                "P6",
                "creates a second with p99 at most 50 ms, open loop",
                within50,
                Double.NaN,
                3000,
                6000);
    }

    /** A refusal is quick: only a rate that is taken whole is kept up. */
    private static boolean isKeptUp(Latencies at, double millis) {
        return at.refused() == 0 && at.percentile(99) <= millis;
    }

    /** P13, P14: from create to settlement, and what a create feels meanwhile. */
    private void lives() throws Exception {
        Load one = load(this::createOfAny);
        while (count(QUEUED) < BACKLOG) {
            one.closed(8, WARM_UP_STEP);
        }
        vacuum();
        Latencies quiet = one.closed(1, seconds / 2);
        admin("POST", "/admin/api/upstream/resume", "{\"reason\":\"benchmark\"}");
        warmUp("lives", () -> Thread.sleep((long) (WARM_UP_STEP * 1000)));
        long begin = System.nanoTime();
        long ended = count(ENDED);
        long submitted = count(SUBMITTED);
        long written = count(WAL_BYTES);
        long committed = count(COMMITS);
        CpuMeter cpu = cpu();
        Thread.sleep((long) (seconds * 1000));
        double took = (System.nanoTime() - begin) / 1e9;
        long more = count(ENDED) - ended;
        cpu.report("a life", more);
        // What has been submitted and what has ended meanwhile are two halves of a life.
        double halves = (count(SUBMITTED) - submitted + more) / 2.0;
        report.figure(
                "write-ahead log a life after its create (bytes)",
                (count(WAL_BYTES) - written) / halves);
        report.figure("commits a life after its create", (count(COMMITS) - committed) / halves);
        statements("lives");
        Latencies busy = one.closed(1, seconds);
        if (count(QUEUED) == 0) {
            throw new IllegalStateException("no backlog was left");
        }
        report.row(
                "P13", "whole lives a second, at full speed", more / took, Double.NaN, 300, 1000);
        report.row(
                "P14",
                "create, one client, p50 beside a backlog (ratio to quiet)",
                busy.percentile(50),
                quiet.percentile(50),
                3,
                1.5);
        report.row(
                "P14",
                "create, one client, p99 beside a backlog (ratio to quiet)",
                busy.percentile(99),
                quiet.percentile(99),
                3,
                1.5);
    }

    /**
     * Of what the loads before have left: else autovacuum does it in the midst of one or the other.
     */
    private void vacuum() throws Exception {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            // Not of what never had a row, as autovacuum does: PostgreSQL would think it empty.
            statement.execute("vacuum (analyze) task, work, ledger_entry, account");
        }
    }

    /** No figure counts if a credit is lost on the way. */
    private void ledgerIsRight() throws Exception {
        long wrong =
                count(
                        """
                        select count(*) from account a where a.used + a.top_ups <> 0 and a.used <> (
                            select coalesce(sum(case e.kind when 'reserve' then e.credits
                                when 'release' then -e.credits else 0 end), 0)
                            from ledger_entry e where e.team_id = a.team_id)
                        """);
        if (wrong > 0) {
            throw new IllegalStateException(wrong + " accounts differ from the ledger");
        }
        System.out.println("The accounts agree with the ledger.");
    }

    private void makeTeams() throws Exception {
        execute("alter table team alter column id restart with " + MARKED_ID);
        execute("alter table api_key alter column id restart with " + MARKED_ID * 2);
        List<Integer> numbers = IntStream.range(0, teamCount).boxed().toList();
        try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
            List<Future<Team>> made = new ArrayList<>();
            for (int number : numbers) {
                made.add(clients.submit(() -> makeTeam(number)));
            }
            for (Future<Team> each : made) {
                teams.add(each.get());
            }
        }
    }

    private Team makeTeam(int number) throws Exception {
        String slug = "benchmark-team-" + number;
        admin(
                "POST",
                "/admin/api/teams",
                "{\"slug\":\"%s\",\"name\":\"Team\",\"monthly_quota\":1000000000}".formatted(slug));
        String key =
                first(KEY, admin("POST", "/admin/api/teams/" + slug + "/keys", "{\"name\":\"k\"}"));
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select t.id, k.id from team t join api_key k on k.team_id = t.id where slug = '"
                                        + slug
                                        + "'")) {
            row.next();
            return new Team(slug, row.getLong(1), row.getLong(2), key);
        }
    }

    /** The recorded create's values, as those of another task of this team. */
    private Map<String, String> values(Team team) {
        Team marked = teams.getFirst();
        byte[] random = new byte[12];
        ThreadLocalRandom.current().nextBytes(random);
        return Map.of(
                String.valueOf(marked.id()),
                String.valueOf(team.id()),
                String.valueOf(marked.keyId()),
                String.valueOf(team.keyId()),
                marked.slug(),
                team.slug(),
                lastCreated,
                "sd15p_" + HexFormat.of().formatHex(random));
    }

    private void createOnce(Team team) {
        try (HttpConnection connection = new HttpConnection(port)) {
            lastCreated = first(ID, connection.send(team.create()).text());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] createOfAny(long number) {
        return teams.get((int) (number % teams.size())).create();
    }

    private Team any() {
        return teams.get(ThreadLocalRandom.current().nextInt(teams.size()));
    }

    private Load load(LongFunction<byte[]> requests) {
        return new Load(port, requests);
    }

    private String admin(String method, String path, String body) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            Answer answer = connection.send(HttpConnection.request(method, path, ADMIN_KEY, body));
            if (answer.status() >= 300) {
                throw new IllegalStateException(path + ": " + answer.text());
            }
            return answer.text();
        }
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("an answer without " + pattern + ": " + text);
        }
        return matcher.group(1);
    }

    private String url() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Writes what the database did for a group of rows, the costliest statements first. */
    private void statements(String group) throws Exception {
        if (!profiled) {
            return;
        }
        StringBuilder text = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                select calls, total_exec_time, total_plan_time, rows, wal_bytes,
                                    regexp_replace(query, '\\s+', ' ', 'g') as query
                                from pg_stat_statements order by total_exec_time + total_plan_time desc limit 40
                                """)) {
            while (row.next()) {
                text.append(
                        "%8d calls %9.1f ms %9.1f ms of planning %8d rows %10d bytes of WAL  %s%n"
                                .formatted(
                                        row.getLong(1),
                                        row.getDouble(2),
                                        row.getDouble(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getString(6)));
            }
        }
        Files.writeString(Path.of("target", "statements-" + group + ".txt"), text);
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static int portOf(Path log, Process process) throws Exception {
        while (process.isAlive()) {
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    Files.newInputStream(log), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.matches("\\d+")) {
                        return Integer.parseInt(line);
                    }
                }
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("the empty server has ended: " + log);
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        vendor.close();
        postgres.close();
        FileSystemUtils.deleteRecursively(work);
    }

    private CpuMeter cpu() throws IOException, SQLException {
        if (profiled) {
            execute("create extension if not exists pg_stat_statements");
            execute("select pg_stat_statements_reset()");
        }
        long postmaster =
                Long.parseLong(Files.readAllLines(work.resolve("data/postmaster.pid")).getFirst());
        return new CpuMeter(gateway.process(), ProcessHandle.of(postmaster).orElseThrow());
    }

    /** The processor time that gateway and PostgreSQL take from the meter's making on. */
    private final class CpuMeter {

        private final ProcessHandle gatewayProcess;
        private final ProcessHandle postmaster;
        private final Duration gatewayBefore;
        private final Duration postgresBefore;

        private CpuMeter(ProcessHandle gatewayProcess, ProcessHandle postmaster)
                throws IOException {
            this.gatewayProcess = gatewayProcess;
            this.postmaster = postmaster;
            gatewayBefore = ProcessorTime.of(gatewayProcess);
            postgresBefore = ProcessorTime.ofAll(postmaster);
        }

        private Duration gateway() throws IOException {
            return ProcessorTime.of(gatewayProcess).minus(gatewayBefore);
        }

        private Duration postgres() throws IOException {
            return ProcessorTime.ofAll(postmaster).minus(postgresBefore);
        }

        /** Adds rows for what each of so many took, in microseconds. */
        private void report(String what, long many) throws IOException {
            report.figure("CPU " + what + ", gateway (µs)", perEach(gateway(), many));
            report.figure("CPU " + what + ", PostgreSQL (µs)", perEach(postgres(), many));
        }
    }

    private static double perEach(Duration all, long many) {
        return all.toNanos() / 1e3 / Math.max(many, 1);
    }

    /** What a gateway did in its turns of a second. */
    private static final class Turns {

        private final Benchmark of;
        private final int clients;
        private final List<Latencies> loads = new ArrayList<>();
        private Duration gateway = Duration.ZERO;
        private Duration postgres = Duration.ZERO;

        private Turns(Benchmark of, int clients) {
            this.of = of;
            this.clients = clients;
        }

        private void take() throws Exception {
            CpuMeter cpu = of.cpu();
            loads.add(of.load(of::createOfAny).closed(clients, 1));
            gateway = gateway.plus(cpu.gateway());
            postgres = postgres.plus(cpu.postgres());
        }

        /** Adds its rows, each beside the other's. */
        private void reportBeside(Turns other) {
            Latencies own = Latencies.together(loads);
            Latencies others = Latencies.together(other.loads);
            row("creates a second", own.perSecond(), others.perSecond());
            row("p50 (ms)", own.percentile(50), others.percentile(50));
            row("p99 (ms)", own.percentile(99), others.percentile(99));
            row(
                    "CPU a create, gateway (µs)",
                    perEach(gateway, own.count()),
                    perEach(other.gateway, others.count()));
            row(
                    "CPU a create, PostgreSQL (µs)",
                    perEach(postgres, own.count()),
                    perEach(other.postgres, others.count()));
        }

        private void row(String what, double own, double other) {
            of.report
                    .row(
                            "",
                            "%s with %d at once".formatted(what, clients),
                            own,
                            other,
                            Double.NaN,
                            Double.NaN)
                    .note("beside %.2f".formatted(other));
        }
    }

    /** Some seconds of a load. */
    private interface Step {
        void run() throws Exception;
    }

    /** A team of the load. */
    private record Team(String slug, long id, long keyId, String key) {

        byte[] create() {
            return HttpConnection.request("POST", "/api/generate", key, ORDER);
        }
    }
}
