-- Reports read the ledger by time, over all teams.
create index ledger_entry_at on ledger_entry (at);

-- Opening balances need all top-ups since the beginning, and nothing else that old.
create index ledger_entry_top_ups on ledger_entry (team_id, at) where from_top_ups > 0;

-- What was given back without knowing what the vendor took.
create index ledger_entry_possible_loss on ledger_entry (task_id) where kind = 'adjust' and task_id is not null;

-- Where the vendor's figure is not ours, or nobody knows it: few among many.
create index task_drift on task (id) where
    (phase = 'SUCCEEDED' and upstream_credits is distinct from credits)
    or (phase = 'FAILED' and upstream_credits > 0)
    or phase in ('UNCERTAIN', 'EXPIRED');

-- How long renders took, without touching the wide rows.
create index task_rendered on task (finished_at) include (accepted_at, team_id, upstream) where phase = 'SUCCEEDED';

-- What the company charges its teams for a credit, from a day of the billing zone on. Never changed: a
-- later version for the same day takes its place.
create table credit_price (
    version        int generated always as identity primary key,
    effective_from date not null,
    currency       text not null check (currency ~ '^[A-Z]{3}$'),
    per_credit     numeric(20, 10) not null check (per_credit >= 0),
    actor          text not null,
    created_at     timestamptz not null default gateway_now()
);
create index credit_price_day on credit_price (effective_from desc, version desc);

-- A closed month: the document as it was answered, to the byte. A month that is opened again keeps the old row.
create table statement (
    id            bigint generated always as identity primary key,
    month         date not null check (month = date_trunc('month', month)),
    document      text not null,
    digest        text not null,
    closed_at     timestamptz not null default gateway_now(),
    closed_by     text not null,
    reopened_at   timestamptz,
    reopened_by   text,
    reopen_reason text,
    check ((reopened_at is null) = (reopened_by is null) and (reopened_at is null) = (reopen_reason is null))
);
create unique index statement_closed on statement (month) where reopened_at is null;
