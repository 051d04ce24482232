-- What a queue looks its rows up by is a column of its own, which only one index knows. By kind and team, PostgreSQL had
-- two indexes to choose from, and chooses by its statistics: those from a time when nothing was polled, as in a vendor's
-- pause, or when nothing waited made each look read all that is polled or waits, for each team anew.
alter table work
    -- The team of what was never dispatched.
    add column waiting_team_id bigint
        generated always as (case when kind = 'submit' and start_tag is null then team_id end) stored,
    -- The place of what was dispatched and is not sent: claimed just now, or back in the queue.
    add column placed_tag double precision generated always as (case when kind = 'submit' then start_tag end) stored,
    -- The team of what the vendor renders.
    add column polled_team_id bigint generated always as (case when kind = 'poll' then team_id end) stored;
drop index work_queue;
drop index work_placed;
drop index work_poll;
create index work_queue on work (waiting_team_id, queued_at, task_id) where waiting_team_id is not null;
create index work_placed on work (placed_tag) where placed_tag is not null;
create index work_poll on work (polled_team_id, due_at) where polled_team_id is not null;
