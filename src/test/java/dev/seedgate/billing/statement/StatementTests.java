package dev.seedgate.billing.statement;

import static dev.seedgate.platform.values.ErrorCode.BOOKS_DO_NOT_ADD_UP;
import static dev.seedgate.platform.values.ErrorCode.BOOKS_NOT_AUDITED;
import static dev.seedgate.platform.values.ErrorCode.MONTH_CLOSED;
import static dev.seedgate.platform.values.ErrorCode.MONTH_NOT_CLOSED;
import static dev.seedgate.platform.values.ErrorCode.MONTH_NOT_OVER;
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
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What teams are billed, and what the vendor says it took. Each test has months of its own. */
class StatementTests {

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
                        "seedgate.company-name=Example Ltd");
        audited();
        price("2014-01-01", "0.001");
        price("2015-01-01", "99");
        // The later version for a day takes its place.
        price("2015-01-01", "0.0125");
        price("2015-03-16", "0.02");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        gateway.vendor().close();
    }

    @Test
    void billsEachChargeAtThePriceOfItsDayAndEachRefundAsItsCharge() {
        Team team = gateway.team("monthly_quota", 1000, "cost_center", "CC-7");
        new PlantedLedger(gateway.database())
                .add(clip(team, "p", "5s", "2015-03-10T12:00:00Z", "2015-03-10T12:01:00Z", true))
                // Berlin's 16th has begun: 130 at 0.02.
                .add(clip(team, null, "10s", "2015-03-15T23:00:00Z", "2015-03-16T12:01:00Z", true))
                // Charged in February at 0.0125, given back in March.
                .add(clip(team, "p", "5s", "2015-02-28T12:00:00Z", "2015-03-20T12:01:00Z", false))
                .add(clip(team, "p", "10s_sound", "2015-03-30T12:00:00Z", null, false))
                .add(
                        clip(team, "p", "5s", "2015-03-30T12:00:00Z", "2015-03-30T12:01:00Z", true),
                        "sandbox")
                .write();
        JsonNode statement = statement("2015-03");
        assertThat(statement).has("state", "OPEN").has("currency", "EUR");
        JsonNode bill = bill(statement, team);
        assertThat(bill)
                .has("quota", 1000)
                .has("cost_center", "CC-7")
                .has("charged", 65 + 130 + 260)
                .has("refunded", 65)
                .has("net", 390);
        // 0.8125 + 2.60 + 5.20 - 0.8125
        assertThat(bill).has("amount", "7.80");
        assertThat(statement).has("/total/amount", "7.80");
        assertThat(bill.get("lines").toString())
                .isEqualTo(
                        "[{\"project\":\"p\",\"preset\":\"10s_sound\",\"created\":1,\"succeeded\":0,\"failed\":0,\"charged\":260,\"refunded\":0,\"net\":260,\"per_credit\":\"0.02\",\"amount\":\"5.2\"},"
                                + "{\"project\":\"p\",\"preset\":\"5s\",\"created\":1,\"succeeded\":1,\"failed\":1,\"charged\":65,\"refunded\":65,\"net\":0,\"per_credit\":\"0.0125\",\"amount\":\"0\"},"
                                + "{\"project\":null,\"preset\":\"10s\",\"created\":1,\"succeeded\":1,\"failed\":0,\"charged\":130,\"refunded\":0,\"net\":130,\"per_credit\":\"0.02\",\"amount\":\"2.6\"}]");
        assertThat(bill)
                .has("number", "2015-03-" + team.slug())
                .has("open_tasks", 1)
                .has("held", 260);
        assertThat(statement).has("company", "Example Ltd");
        JsonNode usage =
                gateway.admin("GET", "/reports/usage?from=2015-03-01&to=2015-04-01", null).json();
        assertThat(usage).has("/total/net", statement.at("/total/net"));
    }

    @Test
    void roundsHalfUpOncePerTeam() {
        Team team = gateway.team();
        Team other = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team, "a", "5s", "2014-05-05T12:00:00Z", "2014-05-05T12:01:00Z", true))
                .add(clip(other, "a", "5s", "2014-05-05T12:00:00Z", "2014-05-05T12:01:00Z", true))
                .add(clip(other, "b", "5s", "2014-05-05T12:00:00Z", "2014-05-05T12:01:00Z", true))
                .write();
        JsonNode statement = statement("2014-05");
        assertThat(bill(statement, team)).has("amount", "0.07");
        assertThat(bill(statement, other)).has("amount", "0.13");
        assertThat(statement).has("/total/amount", "0.20");
    }

    @Test
    void namesNoAmountWhereThereIsNoPrice() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team, "a", "5s", "2013-12-31T22:59:59Z", "2013-12-31T23:00:00Z", true))
                .write();
        JsonNode statement = statement("2013-12");
        assertThat(bill(statement, team)).has("net", 65).hasNull("amount");
        assertThat(statement).hasNull("/total/amount");
    }

    @Test
    void carriesTopUpsFromMonthToMonth() {
        Team team = gateway.team();
        topUps(team, "2012-02-29T22:59:59Z", "grant", "company", "team", 1000, null);
        topUps(team, "2012-02-29T23:00:00Z", "grant", "company", "team", 500, null);
        topUps(team, "2012-03-05T12:00:00Z", "adjust", "team", "company", 100, null);
        topUps(team, "2012-03-06T12:00:00Z", "reserve", "team", "held", 130, "seedance");
        topUps(team, "2012-03-07T12:00:00Z", "release", "held", "team", 65, "seedance");
        topUps(team, "2012-03-08T12:00:00Z", "settle", "held", "spent", 65, "seedance");
        topUps(team, "2012-03-09T12:00:00Z", "reserve", "team", "held", 260, "sandbox");
        JsonNode march = bill(statement("2012-03"), team);
        assertThat(march)
                .has("opening_top_ups", 1000)
                .has("granted", 500)
                .has("taken_back", 100)
                .has("spent_top_ups", 65)
                .has("sandbox_top_ups", 260)
                .has("closing_top_ups", 1000 + 500 - 100 - 65 - 260);
        assertThat(bill(statement("2012-04"), team))
                .has("opening_top_ups", march.get("closing_top_ups"));
    }

    @Test
    void freezesAClosedMonthToTheByte() throws Exception {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team, "a", "5s", "2016-05-05T12:00:00Z", "2016-05-05T12:01:00Z", true))
                .write();
        Answer closed = close("2016-05");
        assertThat(closed).hasStatus(200);
        assertThat(closed.json()).has("state", "CLOSED").has("closed_by", "admin:bootstrap");
        String digest =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(closed.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(closed).hasHeader("X-Statement-Digest", digest);
        new PlantedLedger(gateway.database())
                .add(clip(team, "b", "5s", "2016-05-06T12:00:00Z", "2016-05-06T12:01:00Z", true))
                .write();
        assertThat(close("2016-05").body()).isEqualTo(closed.body());
        Answer read = gateway.admin("GET", path("2016-05"), null);
        assertThat(read.body()).isEqualTo(closed.body());
        assertThat(read).hasHeader("X-Statement-Digest", digest);
        Answer csv = gateway.admin("GET", path("2016-05") + "?format=csv", null);
        assertThat(csv.body())
                .startsWith("month,state,team,")
                .contains(
                        "2016-05,CLOSED,"
                                + team.slug()
                                + ",Team,,,0,0,0,0,0,0,65,0,65,0,1.30,EUR,2016-05-"
                                + team.slug()
                                + ",0,0,Example Ltd\r\n");
        Answer price = setPrice("2016-05-31", "EUR", "\"1\"");
        assertThat(price).hasStatus(409).hasError(MONTH_CLOSED);
        Answer noReason =
                gateway.admin("POST", path("2016-05") + "/reopen", Json.of("reason", " "));
        assertThat(noReason).hasStatus(400).says("reason");
        Answer reopened =
                gateway.admin("POST", path("2016-05") + "/reopen", Json.of("reason", "late entry"));
        assertThat(reopened).hasStatus(200);
        assertThat(reopened.json()).has("state", "OPEN");
        assertThat(bill(reopened.json(), team)).has("net", 130);
        Answer again = gateway.admin("POST", path("2016-05") + "/reopen", Json.of("reason", "x"));
        assertThat(again).hasError(MONTH_NOT_CLOSED);
        assertThat(
                        gateway.database()
                                .text(
                                        "select reopened_by || ': ' || reopen_reason || ' ' || (digest = '"
                                                + digest
                                                + "') from statement where month = '2016-05-01'"))
                .isEqualTo("admin:bootstrap: late entry true");
    }

    @Test
    void auditsClosingReopeningAndNewPrices() {
        String digest = close("2010-02").header("X-Statement-Digest");
        close("2010-02");
        gateway.admin("POST", path("2010-02") + "/reopen", Json.of("reason", "a late entry"));
        JsonNode entries =
                gateway.admin("GET", "/audit?object=statement:2010-02", null).json().get("items");
        assertThat(entries.size()).isEqualTo(2);
        assertThat(entries.get(0))
                .has("action", "statement.reopen")
                .has("reason", "a late entry")
                .has("/before/digest", digest);
        assertThat(entries.get(1))
                .has("action", "statement.close")
                .has("actor", "admin:bootstrap")
                .has("/after/digest", digest);
        JsonNode prices = gateway.admin("GET", "/audit?action=price.set", null).json();
        assertThat(prices).has("/items/0/after/per_credit", "0.02");
    }

    @Test
    void showsTheQuotaAndTheNamesOfTheMonthsEnd() {
        Team team = gateway.team("monthly_quota", 1000, "cost_center", "CC-7");
        Team other = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team, "a", "5s", "2009-05-05T12:00:00Z", "2009-05-05T12:01:00Z", true))
                .add(clip(other, "a", "5s", "2009-05-05T12:00:00Z", "2009-05-05T12:01:00Z", true))
                .write();
        Team later = gateway.team();
        change(team, Json.of("monthly_quota", 5, "name", "Renamed", "cost_center", null));
        change(team, Json.of("monthly_quota", 6, "name", "Again"));
        change(other, Json.of("monthly_quota", 7, "cost_center", "CC-8"));
        JsonNode may = statement("2009-05");
        assertThat(bill(may, team))
                .has("quota", 1000)
                .has("cost_center", "CC-7")
                .has("name", "Team");
        assertThat(bill(may, other)).hasNull("quota").hasNull("cost_center");
        assertThat(may.get("teams").toString()).doesNotContain('"' + later.slug() + '"');
        JsonNode now =
                statement(gateway.database().text("select to_char(gateway_period(), 'YYYY-MM')"));
        assertThat(bill(now, team)).has("quota", 6).has("name", "Again");
        assertThat(bill(now, other)).has("cost_center", "CC-8");
    }

    @Test
    void countsTheSameByDayAsEntryByEntry() {
        Team team = gateway.team();
        new PlantedLedger(gateway.database())
                .add(clip(team, "p", "5s", "2015-07-10T12:00:00Z", "2015-07-31T23:00:00Z", true))
                .add(clip(team, null, "10s", "2015-06-15T23:00:00Z", "2015-07-16T12:01:00Z", false))
                .write();
        topUps(team, "2015-06-29T12:00:00Z", "grant", "company", "team", 1000, null);
        topUps(team, "2015-07-29T12:00:00Z", "reserve", "team", "held", 130, "seedance");
        topUps(team, "2015-07-29T12:00:00Z", "reserve", "team", "held", 65, "sandbox");
        List<JsonNode> before = List.of(bills("2015-06"), bills("2015-07"), bills("2015-08"));
        DailyRollup days = gateway.bean(DailyRollup.class);
        try {
            boolean more = true;
            while (more) {
                more = days.sumNext();
            }
            assertThat(List.of(bills("2015-06"), bills("2015-07"), bills("2015-08")))
                    .isEqualTo(before);
        } finally {
            gateway.database()
                    .execute(
                            "begin; update ledger_days set until = null; delete from usage_day; delete from account_day; delete from render_day; commit");
        }
    }

    private static JsonNode bills(String month) {
        return statement(month).get("teams");
    }

    private static void change(Team team, String to) {
        Answer changed = gateway.admin("PATCH", "/teams/" + team.slug(), to);
        assertThat(changed).hasStatus(200);
    }

    /** As if the auditor had just been round: what is planted here would not pass it. */
    private static void audited() {
        gateway.database()
                .execute(
                        "update auditor set new_until = gateway_now(), teams_completed_from = gateway_now(), teams_completed_at = gateway_now()");
    }

    @Test
    void closesNoMonthWhileTheBooksDoNotAddUp() {
        gateway.database()
                .execute(
                        "insert into finding (rule, subject, detail, round) values ('planted', 'x', 'y', 0)");
        Answer refused = close("2011-01");
        assertThat(refused).hasStatus(409).hasError(BOOKS_DO_NOT_ADD_UP);
        gateway.database().execute("delete from finding where rule = 'planted'");
        assertThat(close("2011-01")).hasStatus(200);
    }

    @Test
    void closesAMonthFromAnHourAfterItsEndOn() {
        Instant now = Instant.now();
        YearMonth month = YearMonth.from(now.atZone(BERLIN));
        Instant end = month.plusMonths(1).atDay(1).atStartOfDay(BERLIN).toInstant();
        assertThat(close(month.toString())).hasError(MONTH_NOT_OVER);
        gateway.database().shiftTime(Duration.between(now, end).plusMinutes(55));
        Answer early = close(month.toString());
        assertThat(early).hasStatus(409).hasError(MONTH_NOT_OVER);
        gateway.database().shiftTime(Duration.between(now, end).plusMinutes(61));
        assertThat(close(month.toString())).hasError(BOOKS_NOT_AUDITED);
        audited();
        assertThat(close(month.toString())).hasStatus(200);
        assertThat(statement(month.plusMonths(1).toString())).has("state", "OPEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-13", "2026-1", "0000-01", "november", "2026-11-01", "9998-01"})
    void refusesWhatIsNoMonthOrStillToCome(String month) {
        Answer refused = gateway.admin("GET", path(month), null);
        assertThat(refused).hasStatus(400).says("month");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2030-01-01|USD|\"1\"|currency",
                "2030-01-01|XXX|\"1\"|currency",
                "2030-01-01|eur|\"1\"|currency",
                "2030-01-01|EUR|\"-1\"|per_credit",
                "2030-01-01|EUR|\"1e3\"|per_credit",
                "2030-01-01|EUR|null|per_credit",
                "2030-13-01|EUR|\"1\"|effective_from"
            })
    void namesTheFieldOfAPriceThatIsWrong(
            String day, String currency, String perCredit, String field) {
        Answer refused = setPrice(day, currency, perCredit);
        assertThat(refused).hasStatus(400).says(field);
    }

    @Test
    void listsPricesNewestFirst() {
        JsonNode prices = gateway.admin("GET", "/prices", null).json();
        assertThat(prices.propertyNames()).containsExactly("items", "next_cursor");
        JsonNode newest = prices.get("items").get(0);
        assertThat(newest)
                .has("per_credit", "0.02")
                .has("effective_from", "2015-03-16")
                .has("version", 4);
    }

    @Test
    void findsWhereTheVendorsFiguresDiffer() {
        Team team = gateway.team();
        Map<String, String> kinds = new TreeMap<>();
        String right = team.create("right");
        gateway.vendor().finish(team.upstreamId(right), "https://x.example/y.mp4");
        String dear = team.create("dear");
        gateway.vendor().finishCharging(team.upstreamId(dear), 100, "https://x.example/y.mp4");
        kinds.put(dear, "WRONG_PRICE 65 100 35");
        String free = team.create("free");
        gateway.vendor().finishCharging(team.upstreamId(free), 0, "https://x.example/y.mp4");
        kinds.put(free, "REFUNDED_THERE 65 0 -65");
        String failed = team.create("failed");
        gateway.vendor().fail(team.upstreamId(failed), "no");
        String charged = team.create("charged all the same");
        gateway.vendor().fail(team.upstreamId(charged), "no");
        String lost = team.create("lost");
        gateway.vendor().failUntold(team.upstreamId(lost), "no");
        gateway.vendor().onGenerate(FakeVendor.reset());
        String unknown = team.create("unknown");
        for (String task : new String[] {right, dear, free}) {
            team.await(task, "SUCCEEDED");
        }
        for (String task : new String[] {failed, charged, lost}) {
            team.await(task, "FAILED");
        }
        team.await(unknown, "UNCERTAIN");
        kinds.put(unknown, "UNKNOWN_OUTCOME 65 null 0");
        gateway.database()
                .execute("update task set upstream_credits = 65 where id = '" + charged + "'");
        kinds.put(charged, "CHARGED_THERE 0 65 65");
        kinds.put(lost, "NOT_TOLD 0 null 65");
        String range = "/reconciliation?from=2025-01-01&to=2100-01-01";
        JsonNode whole = gateway.admin("GET", range, null).json();
        assertThat(whole).has("drift", 35 - 65 + 65 + 65);
        assertThat(kinds(whole)).isEqualTo(kinds);
        assertThat(whole).has("/days/0/items", kinds.size()).has("/days/0/drift", 100);
        Map<String, String> paged = new TreeMap<>();
        String cursor = "";
        do {
            JsonNode page = gateway.admin("GET", range + "&limit=2" + cursor, null).json();
            assertThat(page).has("drift", 100);
            paged.putAll(kinds(page));
            cursor =
                    page.get("next_cursor").isNull()
                            ? ""
                            : "&cursor=" + page.get("next_cursor").stringValue();
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(kinds);
        Answer csv = gateway.admin("GET", range, null, "Accept", "text/csv");
        assertThat(csv.body())
                .startsWith("task_id,team,project,preset,charged_at,kind,")
                .contains(",65,100,35\r\n", ",65,,0\r\n");
        assertThat(csv.body().lines()).hasSize(kinds.size() + 1);
        assertThat(gateway.admin("GET", range + "&cursor=x", null)).hasStatus(400);
        JsonNode before =
                gateway.admin("GET", "/reconciliation?from=1999-01-01&to=1999-02-01", null).json();
        assertThat(before.toString())
                .isEqualTo(
                        "{\"drift\":0,\"items\":[],\"days\":[],\"next_cursor\":null,\"sandbox\":false}");
    }

    private static Map<String, String> kinds(JsonNode reconciliation) {
        Map<String, String> kinds = new TreeMap<>();
        for (JsonNode item : reconciliation.get("items")) {
            kinds.put(
                    item.get("task_id").stringValue(),
                    "%s %s %s %s"
                            .formatted(
                                    item.get("kind").stringValue(),
                                    item.get("ours"),
                                    item.get("theirs"),
                                    item.get("difference")));
        }
        return kinds;
    }

    private static JsonNode statement(String month) {
        Answer answer = gateway.admin("GET", path(month), null);
        assertThat(answer).hasStatus(200);
        return answer.json();
    }

    private static Answer close(String month) {
        return gateway.admin("POST", path(month) + "/close", null);
    }

    private static String path(String month) {
        return "/reports/statements/" + month;
    }

    private static JsonNode bill(JsonNode statement, Team team) {
        for (JsonNode bill : statement.get("teams")) {
            if (bill.get("team").stringValue().equals(team.slug())) {
                return bill;
            }
        }
        throw new AssertionError("no " + team.slug() + " in " + statement);
    }

    private static void price(String day, String perCredit) {
        Answer made = setPrice(day, "EUR", "\"" + perCredit + "\"");
        assertThat(made).hasStatus(201);
    }

    private static Answer setPrice(String day, String currency, String perCredit) {
        return gateway.admin(
                "POST",
                "/prices",
                Json.of(
                        "effective_from",
                        day,
                        "currency",
                        currency,
                        "per_credit",
                        Json.raw(perCredit)));
    }

    /** An entry that moves top-ups only. */
    private static void topUps(
            Team team,
            String at,
            String kind,
            String debit,
            String credit,
            long credits,
            @Nullable String upstream) {
        gateway.database()
                .execute(
                        "insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota, from_top_ups, task_id, actor, team_slug, preset, upstream) select '%s', '%s', id, '%s', '%s', %d, '2012-03-01', 0, %d, %s, 'test', slug, '5s', %s from team where slug = '%s'"
                                .formatted(
                                        at,
                                        kind,
                                        debit,
                                        credit,
                                        credits,
                                        credits,
                                        upstream == null ? "null" : "'" + id() + "'",
                                        upstream == null ? "null" : "'" + upstream + "'",
                                        team.slug()));
    }

    private static Clip clip(
            Team team,
            @Nullable String project,
            String preset,
            String created,
            @Nullable String end,
            boolean succeeded) {
        return new Clip(
                id(),
                team.slug(),
                project,
                null,
                "all",
                preset,
                Instant.parse(created),
                end == null ? null : Instant.parse(end),
                succeeded);
    }

    private static String id() {
        return "sd15p_planted%013d".formatted(IDS.incrementAndGet());
    }
}
