-- Where a team wants to be told of its tasks' ends. The row without a URL is that of its callbacks: the URL comes with
-- each create, and its host must be in hosts. No foreign keys lead here: the end of a task neither waits for the removal
-- of an endpoint nor fails by it.
create table webhook_endpoint (
    id               bigint generated always as identity primary key,
    team_id          bigint not null,
    url              text,
    hosts            text[],
    events           text[] not null,
    -- Encrypted; the older one signs too until the overlap is over.
    secret           bytea not null,
    old_secret       bytea,
    old_secret_until timestamptz,
    created_at       timestamptz not null default gateway_now(),
    -- Since when nothing was delivered though it was tried; null = the last try was well, or there was none.
    failing_since    timestamptz,
    disabled_at      timestamptz,
    disabled_reason  text,
    check ((url is null) = (hosts is not null))
);
create unique index webhook_endpoint_url on webhook_endpoint (team_id, url) nulls not distinct;

-- The task for which a callback was asked for, until its end.
create table webhook_callback (
    task_id     text collate "C" primary key,
    endpoint_id bigint not null,
    url         text not null
);

-- A message to an endpoint: written in the transaction that ends the task, kept for the log.
create table webhook_delivery (
    id           bigint generated always as identity primary key,
    endpoint_id  bigint not null,
    team_id      bigint not null,
    -- What receivers know it by: the same in every try.
    message_id   text not null,
    type         text not null,
    task_id      text,
    -- Of a callback, which has its own.
    url          text,
    at           timestamptz not null default gateway_now(),
    -- Made at the first try, and the same in all others.
    body         text,
    -- Null when nothing is left to do.
    due_at       timestamptz default gateway_now(),
    leased_until timestamptz,
    attempts     int not null default 0,
    -- How far it is in the schedule of tries; a redelivery begins anew.
    step         int not null default 0,
    delivered_at timestamptz
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, due_at, id) where due_at is not null;
create index webhook_delivery_leased on webhook_delivery (endpoint_id) where leased_until is not null;
create index webhook_delivery_log on webhook_delivery (endpoint_id, id);
create index webhook_delivery_age on webhook_delivery (team_id, at);
create index webhook_delivery_task on webhook_delivery (task_id) where task_id is not null;

-- What came of each try.
create table webhook_try (
    id          bigint generated always as identity primary key,
    delivery_id bigint not null references webhook_delivery on delete cascade,
    attempt     int not null,
    at          timestamptz not null default gateway_now(),
    -- Null when there was no answer.
    status      int,
    latency_ms  bigint not null,
    answer      text not null,
    error       text
);
create index webhook_try_delivery on webhook_try (delivery_id, id);

-- Open ones are few and looked for all the time, all others stay.
create index alert_open on alert (id) where acknowledged_at is null;
alter table alert drop constraint alert_kind_check,
    add constraint alert_kind_check check (kind in ('QUOTA', 'POOL', 'DRIFT', 'UNCERTAIN', 'WEBHOOK'));
