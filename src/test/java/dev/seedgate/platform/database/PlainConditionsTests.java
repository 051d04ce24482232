package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/**
 * Conditions of triggers, check constraints and partial indexes are prepared anew at each statement
 * that writes the table: an SQL function in one is parsed and planned each time. One of them was a
 * fifth of what a create costs the database.
 */
class PlainConditionsTests {

    /** A trigger's own function is kept ready, and is none of its condition. */
    private static final String FUNCTIONS_IN_CONDITIONS =
            """
            select coalesce(t.tgname, c.conname, i.relname) || ' calls ' || p.proname
            from pg_depend d
                join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
                join pg_language l on l.oid = p.prolang and l.lanname = 'sql'
                left join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
                left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
                left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid
            where t.tgfoid <> p.oid or c.oid is not null or i.oid is not null
            order by 1
            """;

    private final TestDatabase database = TestDatabase.create();

    @Test
    void noConditionOfATableCallsAnSqlFunction() {
        assertThat(database.rows(FUNCTIONS_IN_CONDITIONS)).isEmpty();
    }

    @Test
    void findsOneInEachKindOfCondition() {
        database.execute(
                """
                create function is_small(a bigint) returns boolean language sql immutable as 'select a < 5';
                create table example (a bigint constraint example_check check (is_small(a)));
                create index example_partly on example (a) where is_small(a);
                create trigger example_trigger after insert on example
                    for each row when (is_small(new.a)) execute function refuse_change()
                """);

        assertThat(database.rows(FUNCTIONS_IN_CONDITIONS))
                .containsExactly(
                        "example_check calls is_small",
                        "example_partly calls is_small",
                        "example_trigger calls is_small");
    }
}
