-- Time that moves money or leases is the database's. Tests shift it by replacing this one function.
-- statement_timestamp() and not clock_timestamp(): stable, so an index on a due time is used.
create function gateway_now() returns timestamptz
    language sql stable parallel safe
    return statement_timestamp();

-- One row: what is fixed at the first start, so that no replica can disagree about it.
create table installation (
    only_row     boolean primary key default true check (only_row),
    billing_zone text not null,
    created_at   timestamptz not null default gateway_now()
);

-- The billing month that a movement of this moment belongs to: its first day.
create function gateway_period() returns date
    language sql stable
    return (select date_trunc('month', gateway_now() at time zone i.billing_zone)::date from installation i);

-- When the current billing month ends.
create function gateway_renewal() returns timestamptz
    language sql stable
    return (select (gateway_period() + interval '1 month') at time zone i.billing_zone from installation i);

-- Counters that every replica reads once a second to learn of changes by the others.
create table revision (
    name    text primary key,
    version bigint not null default 0
);
insert into revision (name) values ('keys');

create table team (
    id                  bigint generated always as identity primary key,
    slug                text not null unique,
    name                text not null,
    cost_center         text,
    monthly_quota       bigint check (monthly_quota >= 0),
    max_in_flight       int check (max_in_flight >= 0),
    generate_per_minute int check (generate_per_minute >= 1),
    weight              int not null default 1 check (weight between 1 and 100),
    suspended           boolean not null default false,
    archived_at         timestamptz,
    created_at          timestamptz not null,
    version             bigint not null default 0
);

create table api_key (
    id           bigint generated always as identity primary key,
    team_id      bigint not null references team,
    name         text not null,
    hash         bytea not null unique,
    hint         text not null,
    scopes       text[] not null,
    project      text,
    expires_at   timestamptz,
    suspended    boolean not null default false,
    revoked_at   timestamptz,
    created_at   timestamptz not null,
    last_used_at timestamptz,
    version      bigint not null default 0
);
create index api_key_team on api_key (team_id);

-- What moves with every create: one row a team, changed by guarded statements only. The limits themselves
-- are the team's and change rarely; they are joined in the same statement.
create table account (
    team_id    bigint primary key references team,
    period     date not null,
    used       bigint not null default 0 check (used >= 0),
    top_ups    bigint not null default 0 check (top_ups >= 0),
    in_flight  int not null default 0 check (in_flight >= 0),
    -- GCRA: the theoretical arrival time of the next create.
    rate_tat   timestamptz not null default '-infinity',
    -- Start-time fair queueing: the finish tag of the team's last task. A number, not a time.
    finish_tag double precision not null default 0
) with (fillfactor = 50);

create table top_up (
    id              bigint generated always as identity primary key,
    team_id         bigint not null references team,
    credits         bigint not null check (credits <> 0),
    reason          text,
    idempotency_key text,
    actor           text not null,
    created_at      timestamptz not null,
    unique (team_id, idempotency_key)
);

-- Append-only. One row a movement, in whole credits, from the debited to the credited account; the names
-- are frozen as they were, so that renaming changes no past row.
create table ledger_entry (
    id             bigint generated always as identity primary key,
    at             timestamptz not null default gateway_now(),
    kind           text not null check (kind in ('grant', 'reserve', 'settle', 'release', 'adjust')),
    team_id        bigint not null references team,
    debit          text not null,
    credit         text not null check (credit <> debit),
    credits        bigint not null check (credits > 0),
    period         date not null,
    from_quota     bigint not null check (from_quota >= 0),
    from_top_ups   bigint not null check (from_top_ups >= 0),
    task_id        text collate "C",
    top_up_id      bigint references top_up,
    reason         text,
    actor          text not null,
    team_slug      text not null,
    project        text,
    cost_center    text,
    key_id         bigint,
    key_name       text,
    preset         text,
    price_version  int,
    upstream       text,
    check (from_quota + from_top_ups = credits),
    check (kind not in ('reserve', 'settle', 'release') or task_id is not null)
);
-- A task has one reserve, and one settle or release. This index is the promise.
create unique index ledger_entry_once on ledger_entry (task_id, (kind = 'reserve'))
    where kind in ('reserve', 'settle', 'release');
create index ledger_entry_team on ledger_entry (team_id, at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
    for each statement execute function refuse_change();

create table task (
    id               text collate "C" primary key,
    team_id          bigint not null references team,
    key_id           bigint not null,
    key_name         text not null,
    project          text,
    cost_center      text,
    request_id       text not null,
    prompt           text,
    aspect_ratio     text not null,
    duration_seconds smallint not null,
    sound            boolean not null,
    image_urls       text[] not null,
    preset           text not null,
    credits          bigint not null check (credits >= 0),
    price_version    int not null,
    phase            text not null check (phase in
        ('QUEUED', 'SUBMITTING', 'RENDERING', 'UNCERTAIN', 'EXPIRED', 'SUCCEEDED', 'FAILED')),
    attempt          int not null default 0,
    upstream         text not null,
    upstream_task_id text collate "C",
    upstream_credits bigint,
    response         text[],
    error_message    text,
    created_at       timestamptz not null,
    accepted_at      timestamptz,
    finished_at      timestamptz,
    -- The upstream's id is the proof of what was bought: never two tasks with one.
    unique (upstream, upstream_task_id)
) with (fillfactor = 80);
create index task_team on task (team_id, id desc);
create index task_open on task (phase, id) where phase not in ('SUCCEEDED', 'FAILED');

-- What happened to a task after it was queued: the team's timeline (at, phase, note) and, for admins, the
-- evidence of each attempt. Append-only. The creation is the task's own row.
create table task_event (
    id       bigint generated always as identity primary key,
    task_id  text collate "C" not null references task,
    at       timestamptz not null default gateway_now(),
    phase    text not null,
    attempt  int not null,
    note     text,
    evidence text
);
create index task_event_task on task_event (task_id, id);

create table idempotency_key (
    team_id     bigint not null references team,
    key         text not null,
    fingerprint bytea not null,
    task_id     text collate "C" not null,
    credits     bigint not null,
    created_at  timestamptz not null default gateway_now(),
    primary key (team_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- Due work: a row with a due time for every task that is not at rest. Small and narrow, rewritten often.
--   submit  waits to be submitted, in the order of start_tag
--   sent    is being submitted; due when whoever does it must be dead
--   poll    renders at the vendor
--   refund  is uncertain; due when its charge is given back
create table work (
    task_id      text collate "C" primary key references task,
    kind         text not null check (kind in ('submit', 'sent', 'poll', 'refund')),
    team_id      bigint not null,
    due_at       timestamptz not null,
    -- Whoever claimed the row holds it until then; afterwards anyone may claim it again.
    leased_until timestamptz,
    queued_at    timestamptz not null default gateway_now(),
    -- Fair share: kept when a task goes back to the queue.
    start_tag    double precision not null,
    credits      bigint not null,
    -- Times in a row that nothing could be sent; sets the back-off.
    failures     int not null default 0,
    -- Enveloped 500s drawn; the vendor documents a retry, but not for ever.
    retries      int not null default 0,
    -- Times it was a probe, and times it alone may have stopped the account, since when.
    probes       int not null default 0,
    stops        int not null default 0,
    stopped_at   timestamptz,
    -- When the vendor took it, its last answer that said something, and SUCCESSes that came without a usable URL.
    accepted_at  timestamptz,
    answered_at  timestamptz,
    clipless     int not null default 0
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);
create index work_submit on work (start_tag) where kind = 'submit';
create index work_submit_age on work (queued_at) where kind = 'submit';
create index work_due on work (kind, due_at) where kind <> 'submit';
create index work_poll on work (team_id, due_at) where kind = 'poll';

-- The virtual time of the fair queue: the start tag dispatched last. One row.
create table fair_queue (
    only_row     boolean primary key default true check (only_row),
    virtual_time double precision not null default 0
) with (fillfactor = 50);
insert into fair_queue default values;

-- The vendor's budget for the whole cluster: one row an upstream.
create table upstream_budget (
    upstream     text primary key,
    -- GCRA: the theoretical arrival time of the next call.
    tat          timestamptz not null default '-infinity',
    -- How many calls the last take was given: lets one UPDATE decide and tell.
    granted      int not null default 0
) with (fillfactor = 50);

-- One row a reason; the end of one never lifts another.
create table upstream_pause (
    upstream    text not null,
    reason      text not null check (reason in ('THROTTLED', 'ACCOUNT_KEY', 'ACCOUNT_CREDIT', 'OPERATOR')),
    since       timestamptz not null default gateway_now(),
    -- When it ends by itself; null = until a probe or a person ends it.
    until       timestamptz,
    -- When the next single call may try whether it is over.
    next_probe  timestamptz,
    -- How often in a row the vendor throttled: the back-off when it names no time.
    failures    int not null default 0,
    detail      text,
    primary key (upstream, reason)
);
