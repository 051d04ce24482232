-- The copy of a clip, from when it is wanted to when its time is over. Written in the transaction that ends the task,
-- and only where copies are kept at all.
create table clip_copy (
    task_id text primary key references task,
    team_id bigint not null references team,
    state text not null default 'WANTED' check (state in ('WANTED', 'KEPT', 'LOST', 'PURGED')),
    -- When it came into this state.
    since timestamptz not null default gateway_now(),
    -- When it is tried next; while a replica tries, when another one may.
    due_at timestamptz default gateway_now() check ((due_at is null) = (state <> 'WANTED')),
    leased_until timestamptz,
    -- Tries begun, and those of them that found the vendor's link dead.
    attempts int not null default 0,
    refusals int not null default 0,
    -- Where it is in the storage, and what it is.
    object_key text,
    size_bytes bigint,
    sha256 bytea check (octet_length(sha256) = 32),
    media_type text,
    -- What came of the last try that failed.
    last_answer text,
    check (state <> 'KEPT' or num_nulls(object_key, size_bytes, sha256, media_type) = 0)
);
create index clip_copy_wanted on clip_copy (team_id, due_at) where state = 'WANTED';
create index clip_copy_leased on clip_copy (team_id) where leased_until is not null;
create index clip_copy_state on clip_copy (state, since);

-- What links to clips are signed with, the same for all replicas: 32 bytes that nobody chose. The random part of the
-- UUIDs is from the system's generator.
create table clip_link_key (
    secret bytea not null check (octet_length(secret) = 32)
);
create unique index clip_link_key_single on clip_link_key ((true));
insert into clip_link_key
select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid(), 'UTF8'));
