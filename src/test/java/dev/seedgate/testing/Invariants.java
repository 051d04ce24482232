package dev.seedgate.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.task.lifecycle.Phase;

/** What must hold in the database whatever happened, each as a query for the rows that break it. */
public final class Invariants {

    private static final String PHASES = "with " + Phase.rules() + "\n";

    private Invariants() {}

    public static void check(TestDatabase database) {
        assertThat(
                        database.rows(
                                """
                                select a.team_id || ': used ' || a.used || ', by the ledger ' || l.used
                                    || '; top_ups ' || a.top_ups || ', by the ledger ' || l.top_ups
                                from account a cross join lateral (
                                    select coalesce(sum(case when e.period <> a.period then 0
                                                             when e.kind = 'reserve' then e.from_quota
                                                             when e.kind = 'release' then -e.from_quota
                                                             else 0 end), 0) as used,
                                           coalesce(sum(case when e.kind in ('grant', 'release') then e.from_top_ups
                                                             when e.kind in ('reserve', 'adjust') then -e.from_top_ups
                                                             else 0 end), 0) as top_ups
                                    from ledger_entry e where e.team_id = a.team_id) l
                                where a.used <> l.used or a.top_ups <> l.top_ups
                                """))
                .as("every account equals its entries")
                .isEmpty();
        assertThat(
                        database.rows(
                                PHASES
                                        + """
                                        select t.id || ' ' || t.phase || ': ' || string_agg(e.kind, ',')
                                        from task t join phase_rule p on p.phase = t.phase
                                            left join ledger_entry e on e.task_id = t.id
                                            and e.kind in ('reserve', 'settle', 'release')
                                        group by t.id, p.entries
                                        having string_agg(e.kind, ',' order by e.id) is distinct from p.entries
                                        """))
                .as("one reserve a task; one settle or release when it is terminal, none before")
                .isEmpty();
        assertThat(
                        database.rows(
                                """
                                select b.id || ': used ' || b.used || ', by the ledger ' || l.used
                                from budget b cross join lateral (
                                    select coalesce(sum(case kind when 'reserve' then credits else -credits end), 0) as used
                                    from ledger_entry e
                                    where e.team_id = b.team_id and e.period = b.period and kind in ('reserve', 'release')
                                        and (e.project = b.project or e.key_id in (
                                            select id from api_key where coalesce(origin_id, id) = b.key_id))) l
                                where b.used <> l.used
                                """))
                .as("every budget equals its entries")
                .isEmpty();
        assertThat(
                        database.rows(
                                PHASES
                                        + """
                                        select a.team_id || ': in flight ' || a.in_flight || ', tasks ' || count(t.id)
                                        from account a left join task t on t.team_id = a.team_id
                                            and t.phase = any (array(select phase from phase_rule where in_flight))
                                        group by a.team_id, a.in_flight having a.in_flight <> count(t.id)
                                        """))
                .as("in_flight is the count of tasks in flight")
                .isEmpty();
        assertThat(
                        database.rows(
                                PHASES
                                        + """
                                        select t.id || ' ' || t.phase || ': ' || coalesce(w.kind, 'no work')
                                        from task t join phase_rule p on p.phase = t.phase
                                            left join work w on w.task_id = t.id
                                        where case when w.kind is null then p.work <> '{}' else w.kind <> all (p.work) end
                                        """))
                .as("whatever is not at rest has its due work")
                .isEmpty();
    }
}
