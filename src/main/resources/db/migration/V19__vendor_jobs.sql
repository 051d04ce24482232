-- The lock comes first: what an instance at work stores meanwhile must not slip through between count and triggers.
lock table task in access exclusive mode;

-- Every id that the vendor ever gave for a task: what it may bill. A task renders under one of them; a second one
-- (two creates for one task, an answer to an earlier attempt, an id that an operator attached by mistake) is a row
-- too. Rows are never deleted. The task's own id and figure come here by the triggers below, whoever writes them;
-- only a second id is written here directly.
create table vendor_job (
    upstream         text not null,
    upstream_task_id text collate "C" not null,
    task_id          text collate "C" not null,
    team_id          bigint not null,
    attempt          int not null,
    -- The task's price: what the vendor took as long as it names no figure.
    credits          bigint not null,
    -- The vendor's own figure, 0 when it gave everything back; null = it named none.
    told             bigint,
    taken            bigint not null generated always as (coalesce(told, credits)) stored,
    -- What the team pays for it: the price while it is the task's own and has not failed, else 0.
    charged          bigint not null,
    seen_at          timestamptz not null default gateway_now(),
    -- Since when taken and charged differ; null = they don't. What ends as it should never touches the index on it.
    drifted_at       timestamptz,
    -- The upstream's id is the proof of what was bought: never two tasks with one. People look for it by the id alone.
    primary key (upstream_task_id, upstream)
) with (fillfactor = 80);

insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, told, charged, seen_at, drifted_at)
select t.upstream, t.upstream_task_id, t.id, t.team_id, t.attempt, t.credits, t.upstream_credits, c.charged,
    coalesce(t.accepted_at, t.created_at),
    case when coalesce(t.upstream_credits, t.credits) <> c.charged then coalesce(t.ended_at, gateway_now()) end
from task t cross join lateral (select case t.phase when 'FAILED' then 0 else t.credits end) c (charged)
where t.upstream_task_id is not null;

create index vendor_job_task on vendor_job (task_id);
create index vendor_job_drift on vendor_job (drifted_at) where drifted_at is not null;

create function mark_drift() returns trigger language plpgsql as $$
begin
    new.drifted_at := case when coalesce(new.told, new.credits) <> new.charged
                           then coalesce(new.drifted_at, gateway_now()) end;
    return new;
end $$;
create trigger vendor_job_drifts before insert or update on vendor_job
    for each row execute function mark_drift();

-- A task's own id and the vendor's figure for it. The id of another task is a unique violation.
create function keep_vendor_job() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.upstream_task_id <> new.upstream_task_id then
        update vendor_job set charged = 0
        where upstream = old.upstream and upstream_task_id = old.upstream_task_id;
    end if;
    insert into vendor_job as j (upstream, upstream_task_id, task_id, team_id, attempt, credits, told, charged)
    values (new.upstream, new.upstream_task_id, new.id, new.team_id, new.attempt, new.credits, new.upstream_credits,
        case new.phase when 'FAILED' then 0 else new.credits end)
    on conflict (upstream, upstream_task_id) do update set told = excluded.told, charged = excluded.charged
    where j.task_id = excluded.task_id;
    if not found then
        raise unique_violation using message = 'the upstream''s id is that of another task',
            constraint = 'vendor_job_pkey', table = 'vendor_job';
    end if;
    return null;
end $$;
create trigger task_vendor_job after update of phase, upstream_task_id, upstream_credits on task
    for each row when (new.upstream_task_id is not null
        and (old.upstream_task_id, old.upstream_credits, old.phase = 'FAILED')
            is distinct from (new.upstream_task_id, new.upstream_credits, new.phase = 'FAILED'))
    execute function keep_vendor_job();
create trigger task_inserted_vendor_job after insert on task
    for each row when (new.upstream_task_id is not null) execute function keep_vendor_job();

-- What the vendor took: for each id of its own what the row says, and for a task that it may have taken without
-- an id being known, the price. The second part is this function.
drop trigger task_taken on task;
drop trigger task_inserted_taken on task;
drop function vendor_took(task);
create function vendor_perhaps_took(t task) returns bigint language sql immutable parallel safe as $$
    select case when t.upstream_task_id is null and (t.phase = 'UNCERTAIN' or t.given_up) then t.credits else 0 end
$$;
create or replace function count_take() returns trigger language plpgsql as $$
begin
    insert into pool_movement (upstream, credits) values (new.upstream,
        vendor_perhaps_took(new) - case tg_op when 'INSERT' then 0 else vendor_perhaps_took(old) end);
    return null;
end $$;
create trigger task_taken after update of phase, upstream_task_id, given_up on task
    for each row when (vendor_perhaps_took(old) <> vendor_perhaps_took(new)) execute function count_take();
create trigger task_inserted_taken after insert on task
    for each row when (vendor_perhaps_took(new) <> 0) execute function count_take();
create function count_job() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into pool_movement (upstream, at, credits) values (new.upstream, new.seen_at, new.taken);
    else
        insert into pool_movement (upstream, credits) values (new.upstream, new.taken - old.taken);
    end if;
    return null;
end $$;
create trigger vendor_job_taken after update on vendor_job
    for each row when (old.taken <> new.taken) execute function count_job();
create trigger vendor_job_inserted_taken after insert on vendor_job
    for each row when (new.taken <> 0) execute function count_job();

-- Second ids of before are known from the evidence: late ones, those of an earlier attempt, those that an attached
-- one took the place of.
insert into vendor_job (upstream, upstream_task_id, task_id, team_id, attempt, credits, charged, seen_at)
select t.upstream, e.id, t.id, t.team_id, e.attempt, t.credits, 0, e.at
from (
    select task_id, at,
        coalesce(substring(evidence from '^answer to attempt (\d{1,9}): ')::int, attempt) as attempt,
        coalesce(substring(evidence from '^a late id (\S{1,128}): '),
            case when note = 'found at the video service'
                 then substring(evidence from ' attached (\S{1,128}): ') end,
            substring(evidence from 'HTTP 2\d\d.*"task_id":"([^"\\\s]{1,128})"')) as id
    from task_event
    where evidence like 'a late id %' or evidence like 'answer to attempt %'
        or phase = 'RENDERING' and task_id in (select a.task_id from task_event a
                                               where a.note = 'found at the video service')
    order by id
) e join task t on t.id = e.task_id
where e.id is not null
on conflict do nothing;

-- Where the vendor named no figure, or nobody knows whether it has the task; what differs is in vendor_job. The
-- indexes task_drift, task_drift_ended and ledger_entry_possible_loss only serve instances of the version before.
create index task_untold on task (id) where
    (phase = 'SUCCEEDED' and upstream_credits is null)
    or phase in ('UNCERTAIN', 'EXPIRED')
    or (given_up and upstream_task_id is null);
