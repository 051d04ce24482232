package dev.seedgate.billing.integrity;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The totals of a day, to which those of its slices are added: as the reports read them, or as the
 * ledger check counts them once more.
 *
 * @param name of the tables, without their beginnings usage_ and account_
 * @param key a further column that the tables begin with and its value in SQL, each with a comma;
 *     empty where there is none
 */
record DayTotals(String name, String key, String value) {

    private static final String USAGE =
            """
            insert into usage_%1$s as d (%2$s day, priced_on, team_id, team_slug, project, cost_center,
                key_id, key_name, preset, upstream, created, succeeded, failed, charged, refunded)
            select %3$s cast(:day as date), priced_on, team_id, team_slug, project, cost_center,
                key_id, key_name, preset, upstream, sum(created), sum(succeeded), sum(failed), sum(charged),
                sum(refunded)
            from usage_movement where at >= :from and at < :to
            group by priced_on, team_id, team_slug, project, cost_center, key_id, key_name, preset, upstream
            on conflict (%2$s team_id, day, priced_on, team_slug, project, cost_center, key_id, key_name,
                preset, upstream)
            do update set created = d.created + excluded.created, succeeded = d.succeeded + excluded.succeeded,
                failed = d.failed + excluded.failed, charged = d.charged + excluded.charged,
                refunded = d.refunded + excluded.refunded
            """;

    private static final String ACCOUNTS =
            """
            insert into account_%1$s as d (%2$s team_id, day, period, entries, quota, top_ups, granted,
                taken_back, spent, sandbox, possible_loss)
            select %3$s team_id, cast(:day as date), period, count(*), sum(quota), sum(top_ups), sum(granted),
                sum(taken_back), sum(spent), sum(sandbox), sum(possible_loss)
            from account_movement where at >= :from and at < :to
            group by team_id, period
            on conflict (%2$s team_id, day, period)
            do update set entries = d.entries + excluded.entries, quota = d.quota + excluded.quota,
                top_ups = d.top_ups + excluded.top_ups, granted = d.granted + excluded.granted,
                taken_back = d.taken_back + excluded.taken_back, spent = d.spent + excluded.spent,
                sandbox = d.sandbox + excluded.sandbox, possible_loss = d.possible_loss + excluded.possible_loss
            """;

    /** The totals that reports read. */
    static DayTotals reports() {
        return new DayTotals("day", "", "");
    }

    /** The totals that this pass of the ledger check counts beside them. */
    static DayTotals recount(VerificationWalk walk) {
        return new DayTotals("recount", "walk,", "'" + walk.word() + "',");
    }

    void addSlice(JdbcClient jdbc, RollupSlice slice) {
        for (String sql : new String[] {USAGE, ACCOUNTS}) {
            jdbc.sql(sql.formatted(name, key, value))
                    .param("day", slice.day())
                    .param("from", slice.start())
                    .param("to", slice.end())
                    .update();
        }
    }
}
