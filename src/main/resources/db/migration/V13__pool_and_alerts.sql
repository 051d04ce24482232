-- The charge was given back without knowing what the vendor took: the company's loss, if it is one.
alter table task add column given_up boolean not null default false;
update task set given_up = true
where id in (select task_id from ledger_entry where kind = 'adjust' and task_id is not null);

-- What the vendor took for a task, as far as is known: its own figure; without one the charge of what it
-- accepted, and of what it perhaps accepted. The one definition, for the running total and for a recount.
create function vendor_took(t task) returns bigint language sql immutable parallel safe as $$
    select case when t.upstream_credits is not null then t.upstream_credits
                when t.upstream_task_id is not null or t.phase = 'UNCERTAIN' or t.given_up then t.credits
                else 0 end
$$;

-- What the company bought at the vendor; a correction may be negative.
create table pool_purchase (
    id              bigint generated always as identity primary key,
    upstream        text not null,
    credits         bigint not null check (credits <> 0),
    cost            numeric(20, 4),
    currency        text check (currency ~ '^[A-Z]{3}$'),
    reason          text not null,
    idempotency_key text not null,
    actor           text not null,
    created_at      timestamptz not null default gateway_now(),
    unique (upstream, idempotency_key),
    check ((cost is null) = (currency is null))
);
create trigger pool_purchase_append_only before update or delete or truncate on pool_purchase
    for each statement execute function refuse_change();

-- What the vendor took or gave back, written in the transaction that moves the task, and deleted when it is
-- added to its day. There is no cursor to run past what commits late: a row that can't be seen yet is left.
create table pool_movement (
    id       bigint generated always as identity primary key,
    upstream text not null,
    at       timestamptz not null default gateway_now(),
    credits  bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);

-- The same by day of the billing zone. Taken in all is these rows and the movements not added yet.
create table pool_day (
    upstream text not null,
    day      date not null,
    taken    bigint not null,
    primary key (upstream, day)
) with (fillfactor = 50);

create function count_take() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into pool_movement (upstream, credits) values (new.upstream, vendor_took(new));
    else
        insert into pool_movement (upstream, credits) values (new.upstream, vendor_took(new) - vendor_took(old));
    end if;
    return null;
end $$;
create trigger task_taken after update of phase, upstream_credits, upstream_task_id, given_up on task
    for each row when (vendor_took(old) <> vendor_took(new)) execute function count_take();
create trigger task_inserted_taken after insert on task
    for each row when (vendor_took(new) <> 0) execute function count_take();

-- What was taken before today, once. The triggers' lock on task keeps it exact.
insert into pool_day (upstream, day, taken)
select t.upstream, (coalesce(t.accepted_at, t.created_at) at time zone i.billing_zone)::date, sum(vendor_took(t))
from task t cross join installation i
group by 1, 2;

-- Something that a person should know: once for each thing, threshold and period.
create table alert (
    id              bigint generated always as identity primary key,
    -- What receivers know it by: the same in every try to deliver it.
    message_id      uuid not null unique default gen_random_uuid(),
    kind            text not null check (kind in ('QUOTA', 'POOL', 'DRIFT', 'UNCERTAIN')),
    subject         text collate "C" not null,
    threshold       text not null,
    period          text not null,
    team_slug       text,
    sandbox         boolean not null,
    text            text not null,
    at              timestamptz not null default gateway_now(),
    acknowledged_at timestamptz,
    acknowledged_by text,
    -- Its delivery to the webhook: null when nothing is left to do.
    due_at          timestamptz,
    leased_until    timestamptz,
    attempts        int not null default 0,
    delivered_at    timestamptz,
    last_error      text,
    unique (kind, subject, threshold, period)
);
create index alert_due on alert (due_at) where due_at is not null;

-- What ended lately with another figure at the vendor.
create index task_drift_ended on task (finished_at) where
    (phase = 'SUCCEEDED' and upstream_credits <> credits) or (phase = 'FAILED' and upstream_credits > 0);
