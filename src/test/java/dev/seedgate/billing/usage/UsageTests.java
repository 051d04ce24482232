package dev.seedgate.billing.usage;

import static dev.seedgate.platform.values.ErrorCode.FORBIDDEN;
import static dev.seedgate.platform.values.ErrorCode.INVALID_REQUEST;
import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.billing.integrity.DailyRollup;
import dev.seedgate.billing.integrity.PlantedLedger;
import dev.seedgate.billing.integrity.PlantedLedger.Clip;
import dev.seedgate.testing.FakeVendor;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import dev.seedgate.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What was used, asked over HTTP, of entries whose time is known to the second. */
@NullUnmarked
class UsageTests {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final AtomicInteger IDS = new AtomicInteger();

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(
                        TestDatabase.create(),
                        FakeVendor.start(),
                        "seedgate.billing-zone=Europe/Berlin",
                        "seedgate.ledger-check-interval=1h",
                        "seedgate.report-max-rows=100");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void countsWhatRealTasksMoved() {
        Team team = gateway.team("cost_center", "CC-1");
        String done = team.create("done");
        String failed = team.create("failed");
        team.create("running");
        gateway.vendor().finish(team.upstreamId(done), "https://x.example/y.mp4");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        team.await(done, "SUCCEEDED");
        team.await(failed, "FAILED");
        JsonNode all = usage("group_by=team,cost_center,preset");
        JsonNode row = row(all, "team", team.slug());
        assertThat(row.propertyNames())
                .containsExactly(
                        "team",
                        "cost_center",
                        "preset",
                        "created",
                        "succeeded",
                        "failed",
                        "uncertain",
                        "charged",
                        "refunded",
                        "net",
                        "seconds");
        assertThat(row).has("cost_center", "CC-1").has("preset", "5s");
        assertThat(figures(row)).containsExactly(3L, 1L, 1L, 0L, 195L, 65L, 130L, 5L);
        Answer own = team.get("/api/usage?group_by=project,day");
        assertThat(own).hasStatus(200);
        assertThat(own.json().propertyNames()).containsExactly("code", "message", "data");
        assertThat(figures(own.data().get("rows").get(0)))
                .containsExactly(3L, 1L, 1L, 0L, 195L, 65L, 130L, 5L);
        assertThat(own.data().get("rows").get(0)).hasNull("project");
        JsonNode total = own.data().get("total");
        assertThat(total.get("success_rate").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(total.get("median_render_seconds").isNumber()).isTrue();
        assertThat(total.get("p95_render_seconds").isNumber()).isTrue();
    }

    @Test
    void totalsEveryFigure() {
        assertThat(usage("").get("total").propertyNames())
                .startsWith(UsageFigure.words().toArray(String[]::new));
    }

    @Test
    void showsATeamOnlyItsOwn() {
        Team one = gateway.team();
        Team other = gateway.team();
        one.create("mine");
        other.create("theirs");
        assertThat(figures(one.get("/api/usage?team=" + other.slug()).data().get("total")))
                .startsWith(1L);
        Answer grouped = one.get("/api/usage?group_by=team");
        assertThat(grouped).hasStatus(400).says("group_by");
        Answer csv = one.get("/api/usage?group_by=key&format=csv");
        assertThat(csv.body())
                .matches(
                        "key,key_id,created,succeeded,failed,uncertain,charged,refunded,net,seconds\r\nall,\\d+,1,0,0,0,65,0,65,0\r\n");
        String writer =
                gateway.key(one.slug(), Json.of("name", "w", "scopes", List.of("generate")));
        assertThat(gateway.call("GET", "/api/usage", writer, null)).hasError(FORBIDDEN);
    }

    @Test
    void tellsKeysOfOneNameApart() {
        Team team = gateway.team();
        Team other = gateway.team();
        Team again =
                new Team(gateway, team.slug(), gateway.key(team.slug(), Json.of("name", "all")));
        team.create("one");
        again.create("two");
        again.create("three");
        other.create("four");
        List<List<String>> rows = new ArrayList<>();
        usage("group_by=key")
                .get("rows")
                .forEach(row -> {
                    assertThat(row.propertyNames()).startsWith("key", "key_id", "team", "created");
                    assertThat(row.get("key_id").isNumber()).isTrue();
                    if (Set.of(team.slug(), other.slug()).contains(row.get("team").asString())) {
                        rows.add(
                                List.of(
                                        row.get("key").asString(),
                                        row.get("team").asString(),
                                        row.get("created").asString()));
                    }
                });
        assertThat(rows)
                .containsExactlyInAnyOrder(
                        List.of("all", team.slug(), "1"),
                        List.of("all", team.slug(), "2"),
                        List.of("all", other.slug(), "1"));
        assertThat(usage("group_by=team,key").at("/rows/0").propertyNames())
                .startsWith("team", "key", "key_id", "created");
        assertThat(team.get("/api/usage?group_by=key").data().get("rows").size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void addsUpByEveryBreakdownInGeneratedMonths(long seed) {
        Random random = new Random(seed);
        // Each seed has a year of its own; daylight saving begins in March and ends in October.
        YearMonth month = YearMonth.of(2010 + (int) seed, seed % 2 == 0 ? 3 : 10);
        List<Clip> clips = clips(random, month);
        PlantedLedger ledger = new PlantedLedger(gateway.database());
        clips.forEach(ledger::add);
        ledger.write();
        Instant from = month.atDay(1).atStartOfDay(BERLIN).toInstant();
        Instant to = month.plusMonths(1).atDay(1).atStartOfDay(BERLIN).toInstant();
        String range = "from=%s&to=%s".formatted(month.atDay(1), month.plusMonths(1).atDay(1));
        addsUp(clips, month, from, to, range);
        byDay(() -> addsUp(clips, month, from, to, range));
    }

    private static void addsUp(
            List<Clip> clips, YearMonth month, Instant from, Instant to, String range) {
        long[] total = sums(clips, from, to, _ -> "", _ -> "").get("");
        assertThat(figures(usage(range).get("total"))).containsExactly(boxed(total));
        assertThat(figures(usage("from=" + from + "&to=" + to).get("rows").get(0)))
                .containsExactly(boxed(total));
        assertThat(ledgerSums(from, to)).containsExactly(total[4], total[5], total[0]);
        Map<String, Function<Clip, String>> names = new LinkedHashMap<>();
        names.put("team", Clip::team);
        names.put("project", it -> String.valueOf(it.project()));
        names.put("cost_center", it -> String.valueOf(it.costCenter()));
        names.put("preset", Clip::preset);
        names.put("team,key", it -> it.team() + "|" + it.key());
        names.put("project,team,key", it -> it.project() + "|" + it.team() + "|" + it.key());
        names.forEach((group, name) ->
                assertThat(rows(usage(range + "&group_by=" + group), group, total))
                        .as(group)
                        .isEqualTo(texts(sums(clips, from, to, name, name))));
        assertThat(rows(usage(range + "&group_by=day"), "day", total))
                .isEqualTo(
                        texts(sums(clips, from, to, it -> day(it.created()), it -> day(end(it)))));
        assertThat(rows(usage(range + "&group_by=month"), "month", total))
                .containsOnlyKeys(month.toString());
    }

    @Test
    void readsTheSameByDayAsEntryByEntry() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team.slug(), "2021-03-27T22:59:59Z", "2021-03-28T21:59:59Z", true))
                .add(clip(team.slug(), "2021-03-28T12:00:00Z", "2021-03-29T12:00:00Z", false))
                .add(clip(team.slug(), "2021-03-30T21:59:59Z", null, false))
                .write();
        List<String> queries =
                List.of(
                        // Cut within days, at their ends, and where there is no whole day.
                        "from=2021-03-27T22:00:00Z&to=2021-03-29T12:00:01Z&group_by=day,team",
                        "from=2021-03-28&to=2021-03-30&group_by=day,preset",
                        "from=2021-03-28T11:00:00Z&to=2021-03-28T13:00:00Z&group_by=key",
                        "from=2021-03-01&to=2021-05-01&group_by=month,team");
        List<String> before = queries.stream().map(UsageTests::body).toList();
        String ofTeam = "/api/usage?from=2021-03-01&to=2021-05-01&group_by=day";
        JsonNode own = team.get(ofTeam).data();
        assertThat(own.get("rows").size()).isEqualTo(4);
        byDay(() -> {
            assertThat(gateway.database().text("select count(*) from usage_day")).isNotEqualTo("0");
            assertThat(queries.stream().map(UsageTests::body).toList()).isEqualTo(before);
            assertThat(team.get(ofTeam).data()).isEqualTo(own);
        });
    }

    /**
     * Once more with all past days summed; afterwards they are forgotten, so that others can plant.
     */
    private static void byDay(Runnable check) {
        DailyRollup days = gateway.bean(DailyRollup.class);
        try {
            boolean more = true;
            while (more) {
                more = days.sumNext();
            }
            check.run();
        } finally {
            gateway.database()
                    .execute(
                            "begin; update ledger_days set until = null; delete from usage_day; delete from account_day; delete from render_day; commit");
        }
    }

    private static String body(String query) {
        return gateway.admin("GET", "/reports/usage?" + query, null).body();
    }

    @Test
    void countsARefundInTheMonthItWasMade() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(
                        clip(
                                team.slug(),
                                "2020-06-30T21:59:59Z",
                                // Midnight in Berlin.
                                "2020-06-30T22:00:00Z",
                                false))
                .write();
        JsonNode rows = usage("from=2020-06-01&to=2020-08-01&group_by=month").get("rows");
        assertThat(rows.size()).isEqualTo(2);
        assertThat(rows.get(0)).has("month", "2020-06");
        assertThat(figures(rows.get(0))).containsExactly(1L, 0L, 0L, 0L, 65L, 0L, 65L, 0L);
        assertThat(rows.get(1)).has("month", "2020-07");
        assertThat(figures(rows.get(1))).containsExactly(0L, 0L, 1L, 0L, 0L, 65L, -65L, 0L);
        assertThat(figures(usage("from=2020-07-01&to=2020-08-01").get("total")))
                .containsExactly(0L, 0L, 1L, 0L, 0L, 65L, -65L, 0L);
    }

    @Test
    void givesADayItsTwentyFifthHour() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team.slug(), "2020-10-24T22:00:00Z", "2020-10-24T22:01:00Z", true))
                .add(clip(team.slug(), "2020-10-25T22:59:59Z", "2020-10-25T23:00:00Z", true))
                .write();
        assertThat(figures(usage("from=2020-10-25&to=2020-10-26").get("total")))
                .containsExactly(2L, 1L, 0L, 0L, 130L, 0L, 130L, 5L);
        JsonNode total =
                usage("from=2020-10-25T00:00:00%2B02:00&to=2020-10-26T00:00:00+01:00").get("total");
        assertThat(figures(total)).startsWith(2L, 1L);
        assertThat(total.get("median_render_seconds").decimalValue()).isEqualByComparingTo("60");
    }

    @Test
    void countsTheUncertainWhenTheyWereMade() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team.slug(), "2020-02-29T12:00:00Z", null, false))
                .write();
        JsonNode usage = usage("from=2020-02-29&to=2020-03-01&group_by=team");
        assertThat(figures(usage.get("rows").get(0)))
                .containsExactly(1L, 0L, 0L, 1L, 65L, 0L, 65L, 0L);
        assertThat(usage).hasNull("/total/success_rate");
    }

    @Test
    void changesNoPastRowWhenNamesChange() {
        Team team = gateway.team("cost_center", "old");
        new PlantedLedger(gateway.database())
                .add(clip(team.slug(), "2019-05-05T12:00:00Z", "2019-05-05T12:01:00Z", true))
                .write();
        String range = "/reports/usage?from=2019-05-01&to=2019-06-01&group_by=team,cost_center,key";
        String before = gateway.admin("GET", range, null).body();
        gateway.database()
                .execute(
                        "update team set name = 'new', cost_center = 'new', archived_at = now() where slug = '"
                                + team.slug()
                                + "'");
        gateway.database().execute("update api_key set name = 'new' where team_id > 0");
        assertThat(gateway.admin("GET", range, null).body()).isEqualTo(before);
    }

    @Test
    void keepsTheSandboxOutOfRealFigures() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(
                        clip(team.slug(), "2018-05-05T12:00:00Z", "2018-05-05T12:01:00Z", true),
                        "sandbox")
                .write();
        assertThat(figures(usage("from=2018-05-01&to=2018-06-01").get("total")))
                .containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
    }

    @Test
    void writesCsvThatASpreadsheetCanOpenSafely() {
        Team team = gateway.team();
        PlantedLedger ledger = new PlantedLedger(gateway.database());
        List<String> names =
                List.of(
                        "=1+1",
                        "+1",
                        "-1",
                        "@a",
                        "\tb",
                        "\rc",
                        "plain",
                        "a,b",
                        "say \"hi\"",
                        "two\nlines",
                        "é",
                        "x;=1+1",
                        "x; \"@a",
                        "x\t-1",
                        " =2",
                        ";+3",
                        "a-b;c=d");
        for (String name : names) {
            ledger.add(
                    new Clip(
                            id(),
                            team.slug(),
                            null,
                            null,
                            name,
                            "10s_sound",
                            Instant.parse("2017-05-05T12:00:00Z"),
                            null,
                            false));
        }
        // Something was refunded here only, so that a figure is negative.
        ledger.add(
                new Clip(
                        id(),
                        team.slug(),
                        "p",
                        null,
                        "refund",
                        "5s",
                        Instant.parse("2017-04-01T12:00:00Z"),
                        Instant.parse("2017-05-05T12:00:00Z"),
                        false));
        ledger.write();
        String query = "/reports/usage?from=2017-05-01&to=2017-06-01&group_by=key,project";
        Answer csv = gateway.admin("GET", query, null, "Accept", "text/csv");
        assertThat(csv).hasStatus(200);
        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        UnaryOperator<String> more = key -> key + ",1," + team.slug() + ",,1";
        assertThat(csv.body())
                .startsWith(
                        "key,key_id,team,project,created,succeeded,failed,uncertain,charged,refunded,net,seconds\r\n")
                .endsWith("\r\n")
                .contains(more.apply("'=1+1") + ",0,0,1,260,0,260,0\r\n")
                .contains(
                        more.apply("'+1"),
                        more.apply("'-1"),
                        more.apply("'@a"),
                        more.apply("\"'\tb\""),
                        more.apply("\"'\rc\""))
                .contains(more.apply("\"x;'=1+1\""), more.apply("\"x; \"\"'@a\""))
                .contains(more.apply("\"x\t'-1\""), more.apply(" '=2"), more.apply("\";'+3\""))
                .contains(more.apply("\"a-b;c=d\""))
                .contains(
                        more.apply("plain"),
                        more.apply("\"a,b\""),
                        more.apply("\"say \"\"hi\"\"\""))
                .contains(more.apply("\"two\nlines\""), more.apply("é"))
                .contains("refund,1," + team.slug() + ",p,0,0,1,0,0,65,-65,0\r\n")
                .doesNotContain("success_rate");
        assertThat(csv.body().split("\r\n", -1)).hasSize(names.size() + 3);
        assertThat(gateway.admin("GET", query + "&format=csv", null).body()).isEqualTo(csv.body());
        assertThat(gateway.admin("GET", query + "&format=csv&bom=1", null).body())
                .isEqualTo("\ufeff" + csv.body());
        assertThat(gateway.admin("GET", query + "&format=csv&bom=yes", null)).hasStatus(400);
        Answer json = gateway.admin("GET", query, null, "Accept", "application/json, text/csv");
        assertThat(json.header("Content-Type")).startsWith("application/json");
        assertThat(json.json().get("rows").size()).isEqualTo(names.size() + 1);
        String noJson = "application/json;q=0, text/csv";
        Answer other = gateway.admin("GET", query, null, "Accept", noJson);
        assertThat(other.body()).isEqualTo(csv.body());
        assertThat(gateway.admin("GET", query + "&format=json", null, "Accept", noJson).body())
                .isEqualTo(json.body());
        assertThat(gateway.admin("GET", query + "&format=json", null, "Accept", "text/csv"))
                .hasStatus(406);
    }

    @Test
    void boundsTheJsonButNotTheCsv() {
        Team team = gateway.team();
        PlantedLedger ledger = new PlantedLedger(gateway.database());
        for (int i = 0; i < 101; i++) {
            Instant at = Instant.parse("2016-01-01T12:00:00Z").plus(Duration.ofDays(i));
            ledger.add(clip(team.slug(), at.toString(), at.plusSeconds(60).toString(), true));
        }
        ledger.write();
        String query = "/reports/usage?from=2016-01-01&to=2017-01-01&group_by=day";
        Answer json = gateway.admin("GET", query, null);
        assertThat(json).hasStatus(400).says("group_by", "csv");
        assertThat(gateway.admin("GET", query + "&format=csv", null).body().lines()).hasSize(102);
    }

    @ParameterizedTest
    @CsvSource({
        "group_by=colour,group_by",
        "'group_by=team,Team',group_by",
        "from=yesterday,from",
        "from=2026-02-30,from",
        "to=2026-13-01,to",
        "to=%2B999999999-01-01T00:00:00Z,to",
        "from=2026-02-01T00:00:00,from",
        "from=2025-02-02&to=2025-02-01,from",
        "from=9000-01-01,from",
        "format=xml,format"
    })
    void namesTheWishThatIsWrong(String query, String field) {
        for (String format : List.of("", "&group_by=day")) {
            Answer refused = gateway.admin("GET", "/reports/usage?" + query + format, null);
            assertThat(refused).hasStatus(400).hasError(INVALID_REQUEST).says(field);
        }
        Answer csv =
                gateway.admin("GET", "/reports/usage?" + query, null, "Accept", "text/csv, */*");
        assertThat(csv).as("checked before the first byte").hasStatus(400);
        assertThat(gateway.team().get("/api/usage?" + query)).hasStatus(400);
    }

    @Test
    void answersOneRowOfNothingForAnEmptyRange() {
        JsonNode usage = usage("from=2001-01-01&to=2001-01-01");
        assertThat(usage.propertyNames()).containsExactly("rows", "total");
        assertThat(usage.get("rows").size()).isOne();
        assertThat(usage("from=2001-01-01&to=2001-01-02&group_by=team").get("rows").size())
                .isZero();
    }

    private static List<Clip> clips(Random random, YearMonth month) {
        List<String> teams = List.of(gateway.team().slug(), gateway.team().slug());
        List<String> presets = List.copyOf(new TreeMap<>(PlantedLedger.PRICES).keySet());
        // From some days before the month to some after, so that both ends cut through tasks.
        Instant first = month.atDay(1).minusDays(3).atStartOfDay(BERLIN).toInstant();
        List<Clip> clips = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Instant created = first.plusSeconds(random.nextInt(37 * 86_400));
            boolean unknown = random.nextInt(20) == 0;
            clips.add(
                    new Clip(
                            id(),
                            teams.get(random.nextInt(2)),
                            random.nextInt(3) == 0 ? null : "project-" + random.nextInt(3),
                            random.nextInt(3) == 0 ? null : "CC-" + random.nextInt(3),
                            "key-" + random.nextInt(3),
                            presets.get(random.nextInt(presets.size())),
                            created,
                            unknown ? null : created.plusSeconds(1 + random.nextInt(200_000)),
                            random.nextInt(3) > 0));
        }
        return clips;
    }

    /** What the report must say, counted by hand; the end of a clip may fall into another group. */
    private static Map<String, long[]> sums(
            List<Clip> clips,
            Instant from,
            Instant to,
            Function<Clip, String> groupOfCreate,
            Function<Clip, String> groupOfEnd) {
        Map<String, long[]> sums = new TreeMap<>();
        for (Clip clip : clips) {
            if (within(clip.created(), from, to)) {
                long[] sum = sums.computeIfAbsent(groupOfCreate.apply(clip), _ -> new long[8]);
                sum[0]++;
                sum[3] += clip.end() == null ? 1 : 0;
                sum[4] += clip.credits();
                sum[6] += clip.credits();
            }
            if (clip.end() != null && within(end(clip), from, to)) {
                long[] sum = sums.computeIfAbsent(groupOfEnd.apply(clip), _ -> new long[8]);
                if (clip.succeeded()) {
                    sum[1]++;
                    sum[7] += clip.seconds();
                } else {
                    sum[2]++;
                    sum[5] += clip.credits();
                    sum[6] -= clip.credits();
                }
            }
        }
        return sums;
    }

    private static boolean within(Instant at, Instant from, Instant to) {
        return !at.isBefore(from) && at.isBefore(to);
    }

    private static Instant end(Clip clip) {
        Instant end = clip.end();
        return end == null ? Instant.MAX : end;
    }

    private static String day(Instant at) {
        return LocalDate.ofInstant(at, BERLIN).toString();
    }

    /** The rows by their group, after it is certain that they sum up to the total. */
    private static Map<String, String> rows(JsonNode usage, String group, long[] total) {
        assertThat(figures(usage.get("total"))).containsExactly(boxed(total));
        Map<String, String> rows = new TreeMap<>();
        long[] sum = new long[UsageFigure.values().length];
        for (JsonNode row : usage.get("rows")) {
            List<String> names = new ArrayList<>();
            for (String column : group.split(",", -1)) {
                names.add(row.get(column).isNull() ? "null" : row.get(column).stringValue());
            }
            List<Long> figures = figures(row);
            rows.put(String.join("|", names), figures.toString());
            for (int i = 0; i < sum.length; i++) {
                sum[i] += figures.get(i);
            }
        }
        assertThat(sum).as(group).containsExactly(total);
        return rows;
    }

    private static Map<String, String> texts(Map<String, long[]> sums) {
        Map<String, String> texts = new TreeMap<>();
        sums.forEach((name, sum) -> texts.put(name, List.of(boxed(sum)).toString()));
        return texts;
    }

    /** Charged, refunded and created as the ledger has them, asked in the plainest way. */
    private static List<Long> ledgerSums(Instant from, Instant to) {
        String range = " and at >= '%s' and at < '%s'".formatted(from, to);
        return List.of("sum(credits) |reserve", "sum(credits) |release", "count(*) |reserve")
                .stream()
                .map(it -> it.split("\\|", 2))
                .map(it ->
                        "select "
                                + it[0]
                                + "from ledger_entry where kind = '"
                                + it[1]
                                + "'"
                                + range)
                .map(it -> Long.parseLong(gateway.database().text(it)))
                .toList();
    }

    private static Clip clip(String team, String created, @Nullable String end, boolean succeeded) {
        return new Clip(
                id(),
                team,
                null,
                null,
                "all",
                "5s",
                Instant.parse(created),
                end == null ? null : Instant.parse(end),
                succeeded);
    }

    private static String id() {
        return "sd15p_planted%013d".formatted(IDS.incrementAndGet());
    }

    private static JsonNode usage(String query) {
        Answer answer = gateway.admin("GET", "/reports/usage?" + query, null);
        assertThat(answer).hasStatus(200);
        return answer.json();
    }

    private static JsonNode row(JsonNode usage, String column, String value) {
        for (JsonNode row : usage.get("rows")) {
            if (row.get(column).asString("").equals(value)) {
                return row;
            }
        }
        throw new AssertionError("no row of " + value + " in " + usage);
    }

    private static List<Long> figures(JsonNode row) {
        return UsageFigure.words().stream().map(it -> row.get(it).asLong()).toList();
    }

    private static Long[] boxed(long[] figures) {
        Long[] boxed = new Long[figures.length];
        for (int i = 0; i < figures.length; i++) {
            boxed[i] = figures[i];
        }
        return boxed;
    }
}
