-- Where the auditor is in its round through the books; one replica at a time holds the row.
create table auditor (
    only_row     boolean primary key default true check (only_row),
    due_at       timestamptz not null default gateway_now(),
    team_cursor  bigint not null default 0,
    task_cursor  text collate "C" not null default '',
    -- When the last whole round ended.
    completed_at timestamptz
);
insert into auditor default values;

-- What does not add up. A finding that is mended is gone after the next round.
create table finding (
    rule       text not null,
    subject    text collate "C" not null,
    detail     text not null,
    first_seen timestamptz not null default gateway_now(),
    last_seen  timestamptz not null default gateway_now(),
    -- The transaction that saw it last.
    round      bigint not null,
    primary key (rule, subject)
);
