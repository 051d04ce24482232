-- The built-in vendor's own books. Nothing here refers to the gateway's tables, nor they to these.

-- One row: what the sandbox's customer has spent, less refunds. What it bought is a setting, so that raising
-- the setting is how one buys more.
create table sandbox_account (
    only_row boolean primary key default true check (only_row),
    spent    bigint not null default 0 check (spent >= 0)
) with (fillfactor = 50);
insert into sandbox_account default values;

-- A render is decided when it is ordered; its state is this row and the time, and nothing works on it.
create table sandbox_task (
    id               text collate "C" primary key,
    prompt           text not null,
    aspect_ratio     text not null,
    duration         text not null,
    sound            boolean not null,
    image_urls       text[] not null,
    credits          bigint not null check (credits > 0),
    -- What the status says was consumed; differs from the credits only where a directive asks for it.
    reported_credits bigint not null,
    running_status   text not null,
    final_status     text not null check (final_status in ('SUCCESS', 'FAILED')),
    -- infinity = it never ends.
    ready_at         timestamptz not null,
    -- The name of the clip's link. Not the id: links travel further than ids should.
    media            text collate "C" not null unique,
    created_at       timestamptz not null default gateway_now(),
    refunded_at      timestamptz check (final_status = 'FAILED' or refunded_at is null)
);
create index sandbox_task_refund on sandbox_task (ready_at) where final_status = 'FAILED' and refunded_at is null;

-- How often an order with the directive [sandbox:http=…*n] has been refused; 0 again once it was taken.
create table sandbox_refusal (
    order_hash bytea primary key,
    given      int not null
);
