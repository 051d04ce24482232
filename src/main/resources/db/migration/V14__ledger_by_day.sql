-- The ledger by day: what reports and the auditor would sum from millions of entries again and again, summed
-- once for each day that is over. It is worked out from the ledger by the two views and by nothing else, never
-- counted up; the auditor compares it with the ledger, and it can be thrown away and made again at any time:
-- in one transaction, update ledger_days set until = null, then delete from usage_day, account_day, render_day
-- (not truncate: a report under way would see the tables empty and the mark as it was).

-- A task's entry as the usage report and the statement count it.
create view usage_movement as
select e.at, (e.at at time zone (select billing_zone from installation))::date as day,
    -- Money goes by the day of the charge, for a refund too.
    ((case when e.kind <> 'release' then e.at
           else (select r.at from ledger_entry r where r.task_id = e.task_id and r.kind = 'reserve') end)
        at time zone (select billing_zone from installation))::date as priced_on,
    e.task_id, e.team_id, e.team_slug, e.project, e.cost_center, e.key_name, e.preset, e.upstream,
    (e.kind = 'reserve')::int::bigint as created,
    (e.kind = 'settle')::int::bigint as succeeded,
    (e.kind = 'release')::int::bigint as failed,
    case e.kind when 'reserve' then e.credits else 0 end as charged,
    case e.kind when 'release' then e.credits else 0 end as refunded
from ledger_entry e
where e.kind in ('reserve', 'settle', 'release');

-- Any entry as it moves its team's account.
create view account_movement as
select e.at, (e.at at time zone (select billing_zone from installation))::date as day, e.team_id, e.period,
    case e.kind when 'reserve' then e.from_quota when 'release' then -e.from_quota else 0 end as quota,
    m.top_ups,
    case e.kind when 'grant' then m.top_ups else 0 end as granted,
    case e.kind when 'adjust' then -m.top_ups else 0 end as taken_back,
    case when e.upstream <> 'sandbox' then -m.top_ups else 0 end as spent,
    case when e.upstream = 'sandbox' then -m.top_ups else 0 end as sandbox,
    case when e.kind = 'adjust' and e.task_id is not null and e.upstream <> 'sandbox' then e.credits
         else 0 end as possible_loss
from ledger_entry e
    cross join lateral (select case 'team' when e.credit then e.from_top_ups
                                           when e.debit then -e.from_top_ups else 0 end as top_ups) m;

create table usage_day (
    day         date not null,
    priced_on   date,
    team_id     bigint not null,
    team_slug   text not null,
    project     text,
    cost_center text,
    key_name    text,
    preset      text,
    upstream    text,
    created     bigint not null,
    succeeded   bigint not null,
    failed      bigint not null,
    charged     bigint not null,
    refunded    bigint not null
);
-- Days are added in their order, so a month's rows lie together.
create index usage_day_day on usage_day (day);
create index usage_day_team on usage_day (team_id, day);

create table account_day (
    team_id       bigint not null,
    day           date not null,
    period        date not null,
    entries       bigint not null,
    quota         bigint not null,
    top_ups       bigint not null,
    granted       bigint not null,
    taken_back    bigint not null,
    spent         bigint not null,
    sandbox       bigint not null,
    possible_loss bigint not null,
    primary key (team_id, day, period)
);
create index account_day_day on account_day (day);

-- How many renders took how long, of all teams together: what ended is never changed either.
create table render_day (
    day      date not null,
    upstream text not null,
    seconds  numeric not null,
    tasks    bigint not null,
    primary key (day, upstream, seconds)
);

-- What lies before this moment, the start of a day of the billing zone, is in these tables; null = nothing yet.
create table ledger_days (
    only_row boolean primary key default true check (only_row),
    until    timestamptz
);
insert into ledger_days default values;

-- Opening balances come from account_day now.
drop index ledger_entry_top_ups;

-- The auditor goes round the days too, and a month is closed only after a whole round that began after its end.
alter table auditor
    add column day_cursor     date not null default '0001-01-01',
    add column began_at       timestamptz not null default gateway_now(),
    -- When the last whole round began.
    add column completed_from timestamptz;
update auditor set team_cursor = 0, task_cursor = '', completed_at = null;
