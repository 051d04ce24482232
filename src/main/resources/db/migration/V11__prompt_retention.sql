-- How many days after its end a task keeps what was ordered; null = for ever.
alter table team add column prompt_retention_days int check (prompt_retention_days between 1 and 36500);

-- When a task ended, by the database's clock: the days are counted from it, and an instance's clock may be
-- wrong. finished_at is what is shown.
alter table task add column ended_at timestamptz;
update task set ended_at = finished_at where finished_at is not null;
create function task_ends() returns trigger language plpgsql as $$
begin
    new.ended_at := gateway_now();
    return new;
end $$;
create trigger task_ends before update of phase on task
    for each row when (new.phase in ('SUCCEEDED', 'FAILED') and old.ended_at is null)
    execute function task_ends();

-- What ended and still has its prompt, the oldest first: the retention reads from here and never the table.
create index task_prompt on task (team_id, ended_at) where prompt is not null and ended_at is not null;
