-- The place in the fair queue belongs to the team and is given when its next task is dispatched, no longer
-- when a task is created: what is cancelled before costs its team no place, and a team that comes back from a
-- suspension has neither lost nor saved one. account.finish_tag and the tags that waiting tasks were given are
-- no longer read; the column stays while a gateway of the version before may still run on these tables.
create table queue_share (
    team_id    bigint primary key,
    -- Where the team's next task may start: the end of the one dispatched last. A number, not a time.
    finish_tag double precision not null default 0
) with (fillfactor = 50);

-- A task has a start tag from its first dispatch on, and keeps it when it goes back to the queue.
alter table work alter column start_tag drop not null;
update work set start_tag = null where kind = 'submit';

drop index work_submit;
-- What was never dispatched, by team; also tells cheaply which teams wait at all.
create index work_queue on work (team_id, queued_at, task_id) where kind = 'submit' and start_tag is null;
-- What was dispatched and is not sent: claimed just now, or back in the queue.
create index work_placed on work (start_tag) where kind = 'submit' and start_tag is not null;

-- How many submits were given a permit, ever: what they have really had lately bounds the queue.
alter table upstream_budget add column submits bigint not null default 0;

-- Teams and tasks are never deleted, so these keys guard nothing, and each insert pays for them: a lock on the
-- team's row that all its creates share, and an index look-up.
alter table task drop constraint task_team_id_fkey;
alter table ledger_entry drop constraint ledger_entry_team_id_fkey;
alter table idempotency_key drop constraint idempotency_key_team_id_fkey;
alter table account drop constraint account_team_id_fkey;
alter table task_event drop constraint task_event_task_id_fkey;
alter table work drop constraint work_task_id_fkey;
