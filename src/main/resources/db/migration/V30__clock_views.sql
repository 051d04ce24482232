-- The billing month and the ledger's time as views: a view becomes part of the statement that reads it, while a
-- function with a query in it is planned and run on its own at each of its calls, which before PostgreSQL 18 was half
-- of the database's work for a create. One row each. The functions of before say the same and stay as they are: the version
-- before calls them, and its role may not read these views.
create view billing_month as
select m.period, (m.period + interval '1 month') at time zone i.billing_zone as renews_at
from installation i
    cross join lateral (select date_trunc('month', gateway_now() at time zone i.billing_zone)::date as period) m;

-- An entry never lies before what is summed already, though the database's clock may have been set back.
create view ledger_clock as
select greatest(gateway_now(), l.until) as now from ledger_days l;
