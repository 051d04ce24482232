package dev.seedgate.platform.database;

import static dev.seedgate.testing.TestDatabase.APPLICATION;
import static dev.seedgate.testing.TestDatabase.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the application's role may do, and nothing else. That it is enough, all other tests show:
 * their gateways work as this role.
 */
class RolesTests {

    /** All there is: s(elect), i(nsert), u(pdate), d(elete). A table without a line is closed. */
    private static final Map<String, String> EXPECTED =
            Map.ofEntries(
                    Map.entry("account", "siu"),
                    Map.entry("account_day", "siu"),
                    Map.entry("account_movement", "s"),
                    Map.entry("ledger_days", "su"),
                    Map.entry("render_day", "siu"),
                    Map.entry("usage_day", "siu"),
                    Map.entry("usage_movement", "s"),
                    Map.entry("team_limits", "s"),
                    Map.entry("team_key", "s"),
                    Map.entry("team_history", "s"),
                    Map.entry("ledger_movement", "s"),
                    Map.entry("team_account", "s"),
                    Map.entry("billing_month", "s"),
                    Map.entry("ledger_clock", "s"),
                    Map.entry("team_budget", "s"),
                    Map.entry("task_outcome", "s"),
                    Map.entry("task_phase_change", "s"),
                    Map.entry("task_queue", "s"),
                    Map.entry("vendor_charge", "s"),
                    Map.entry("usage_by_day", "s"),
                    Map.entry("usage_by_day_until", "s"),
                    Map.entry("ledger_finding", "s"),
                    Map.entry("account_recount", "siud"),
                    Map.entry("usage_recount", "siud"),
                    Map.entry("admin_key", "siu"),
                    Map.entry("alert", "siu"),
                    Map.entry("api_key", "siu"),
                    Map.entry("audit_entry", "si"),
                    Map.entry("auditor", "su"),
                    Map.entry("clip_copy", "siu"),
                    Map.entry("clip_link_key", "s"),
                    Map.entry("console_session", "siud"),
                    Map.entry("credit_price", "si"),
                    Map.entry("fair_queue", "su"),
                    Map.entry("finding", "si detail,last_seen,mended_at,round"),
                    Map.entry("budget", "siud"),
                    Map.entry("flyway_schema_history", "s"),
                    Map.entry("idempotency_key", "sid"),
                    Map.entry("installation", "si"),
                    Map.entry("ledger_entry", "si"),
                    Map.entry("pool_day", "siu"),
                    Map.entry("pool_movement", "siud"),
                    Map.entry("pool_purchase", "si"),
                    Map.entry("queue_share", "siu"),
                    Map.entry("revision", "su"),
                    Map.entry("sandbox_account", "su"),
                    Map.entry("sandbox_refusal", "siud"),
                    Map.entry("sandbox_task", "siud"),
                    Map.entry("statement", "si reopen_reason,reopened_at,reopened_by"),
                    Map.entry("task", "siu"),
                    Map.entry("task_event", "si"),
                    Map.entry("team", "siu"),
                    Map.entry("team_version", "si"),
                    Map.entry("top_up", "si"),
                    Map.entry("upstream_budget", "siu"),
                    Map.entry("upstream_pause", "siud"),
                    Map.entry("vendor_job", "siu"),
                    Map.entry("webhook_callback", "sid"),
                    Map.entry("webhook_delivery", "siud"),
                    Map.entry("webhook_endpoint", "siud"),
                    Map.entry("webhook_try", "sid"),
                    Map.entry("work", "siud"));

    /** Only added to by the gateway, and made again or changed by the owner when that is needed. */
    private static final Set<String> REMADE =
            Set.of("installation", "account_day", "render_day", "usage_day");

    private static TestDatabase database;

    @BeforeAll
    static void migrate() {
        // What is granted on a database itself does not come with a copy.
        database = TestDatabase.createEmpty().migrated();
    }

    @Test
    void worksAsTheApplicationsRole() {
        JdbcClient jdbc = JdbcClient.create(Gateway.shared().bean(DataSource.class));
        assertThat(jdbc.sql("select current_user").query(String.class).single())
                .isEqualTo(APPLICATION);
    }

    @Test
    void hasNoPrivilegeThatIsNotListed() {
        assertThat(granted())
                .as("what a new table grants stands in afterMigrate__grants.sql, and here")
                .isEqualTo(new TreeMap<>(EXPECTED));
    }

    private static Map<String, String> granted() {
        Map<String, String> granted = new TreeMap<>();
        for (String line :
                database.rows(
                        """
                        select c.relname || '|' || concat(
                            case when has_table_privilege(r, c.oid, 'select') then 's' end,
                            case when has_table_privilege(r, c.oid, 'insert') then 'i' end,
                            case when has_table_privilege(r, c.oid, 'update') then 'u' end,
                            case when has_table_privilege(r, c.oid, 'delete') then 'd' end,
                            case when has_table_privilege(r, c.oid, 'truncate') then 't' end,
                            case when has_table_privilege(r, c.oid, 'references') then 'r' end,
                            case when has_table_privilege(r, c.oid, 'trigger') then 'g' end,
                            (select ' ' || string_agg(a.attname, ',' order by a.attname)
                                from pg_attribute a where a.attrelid = c.oid and a.attacl is not null))
                        from pg_class c cross join (select '%s'::name as r) role
                        where c.relkind in ('r', 'p', 'v', 'm', 'f')
                            and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                            and c.relnamespace::regnamespace::text not like 'pg_toast%%'
                        """
                                .formatted(APPLICATION))) {
            String[] pair = line.split("\\|", -1);
            granted.put(pair[0], pair[1]);
        }
        return granted;
    }

    @Test
    void ownsNothingAndIsNobodySpecial() {
        assertThat(
                        database.rows(
                                """
                                select classid::regclass || ' ' || objid from pg_shdepend
                                where deptype = 'o' and refobjid = '%s'::regrole
                                    and dbid in (0, (select oid from pg_database where datname = current_database()))
                                """
                                        .formatted(APPLICATION)))
                .isEmpty();
        assertThat(
                        database.text(
                                "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls from pg_roles where rolname = '%s'"
                                        .formatted(APPLICATION)))
                .isEqualTo("f");
        assertThat(
                        database.rows(
                                "select roleid from pg_auth_members where member = '%s'::regrole"
                                        .formatted(APPLICATION)))
                .isEmpty();
        assertThat(
                        database.text(
                                "select concat(has_schema_privilege(r, 'public', 'create'), has_database_privilege(r, current_database(), 'create'), has_database_privilege(r, current_database(), 'temporary'), (select bool_or(has_sequence_privilege(r, c.oid, 'usage, select, update')) from pg_class c where c.relkind = 'S')) from (select '%s'::name as r) role"
                                        .formatted(APPLICATION)))
                .isEqualTo("ffff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table mine (id int)",
                "create temporary table ledger_entry (id int)",
                "create view mine as select 1",
                "create index mine on task (id)",
                "create function mine() returns int language sql return 1",
                "create schema mine",
                "create role mine",
                "create extension pg_trgm",
                "alter table task add column mine int",
                "alter table ledger_entry disable trigger all",
                "alter table ledger_entry disable trigger ledger_entry_append_only",
                "alter table ledger_entry owner to " + APPLICATION,
                "drop trigger ledger_entry_append_only on ledger_entry",
                "drop table task",
                "drop function refuse_change() cascade",
                "drop function gateway_now() cascade",
                "create or replace function gateway_now() returns timestamptz language sql return now()",
                "set role " + OWNER,
                "set session_replication_role = replica",
                "update ledger_entry set credits = 1",
                "delete from ledger_entry",
                "truncate ledger_entry",
                "select * from ledger_entry for update",
                "update audit_entry set actor = 'x'",
                "delete from audit_entry",
                "truncate audit_entry",
                "delete from finding",
                "truncate finding",
                "update finding set first_seen = now()",
                "update finding set rule = 'x'",
                "update task_event set note = 'x'",
                "delete from task_event",
                "update credit_price set per_credit = 0",
                "delete from top_up",
                "update statement set document = 'x'",
                "delete from statement",
                "delete from task",
                "truncate task cascade",
                "delete from team",
                "delete from account",
                "update flyway_schema_history set success = true",
            })
    void refusesEverythingElse(String sql) {
        assertThatThrownBy(() -> database.as(APPLICATION).execute(sql))
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    /**
     * Whatever the gateway may only add to: the rights keep it out, a trigger keeps all others out.
     */
    @Test
    void keepsEvenTheOwnerFromChangingWhatIsAppendOnly() {
        List<String> tables =
                EXPECTED.entrySet().stream()
                        .filter(it -> it.getValue().equals("si"))
                        .map(Map.Entry::getKey)
                        .filter(it -> !REMADE.contains(it))
                        .toList();
        assertThat(tables)
                .contains("ledger_entry", "audit_entry", "task_event", "top_up", "pool_purchase");
        for (String table : tables) {
            String column =
                    database.text(
                            "select column_name from information_schema.columns where table_name = '%s' and is_identity = 'NO' limit 1"
                                    .formatted(table));
            for (String sql :
                    List.of(
                            "update %1$s set %2$s = %2$s".formatted(table, column),
                            "delete from " + table,
                            "truncate %s cascade".formatted(table))) {
                assertThatThrownBy(() -> database.as(OWNER).execute(sql))
                        .as(sql)
                        .rootCause()
                        .hasMessageContaining("is append-only");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update statement set document = 'x'",
                "update statement set reopened_at = null, month = month",
                "delete from statement",
                "truncate statement"
            })
    void keepsEvenTheOwnerFromChangingAClosedMonth(String sql) {
        assertThatThrownBy(() -> database.as(OWNER).execute(sql))
                .rootCause()
                .hasMessageContaining("statement is append-only");
    }

    /** What an entry says of its writer is the database's word. */
    @ParameterizedTest
    @ValueSource(strings = {APPLICATION, OWNER})
    void stampsAuditEntriesWithTheRoleThatWroteThem(String role) {
        for (String pretended : List.of("'" + APPLICATION + "'", "'" + OWNER + "'", "null")) {
            database.as(role)
                    .execute(
                            "insert into audit_entry (actor, action, object, written_by) values ('admin:bootstrap', 'x', 'y', %s)"
                                    .formatted(pretended));
            assertThat(database.text("select written_by from audit_entry order by id desc limit 1"))
                    .isEqualTo(role);
        }
    }

    @Test
    void takesAwayWhatWasGrantedByHand() {
        database.as(OWNER).execute("grant delete on ledger_entry to " + APPLICATION);
        database.migrated();
        assertThat(granted()).isEqualTo(new TreeMap<>(EXPECTED));
    }

    @Test
    void letsReplicasThatStartTogetherMigrateTogether() throws Exception {
        TestDatabase empty = TestDatabase.createEmpty();
        try (ExecutorService replicas = Executors.newFixedThreadPool(4)) {
            List<Future<?>> runs =
                    IntStream.range(0, 4)
                            .<Future<?>>mapToObj(_ -> replicas.submit(empty::migrated))
                            .toList();
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertThat(empty.as(APPLICATION).text("select count(*) from task")).isEqualTo("0");
    }
}
