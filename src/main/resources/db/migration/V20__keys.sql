-- The team in every key that a table would be split by: a second PostgreSQL may take teams one day, and these
-- tables are too large to learn it then. Instances of the version before go on: they read by the task, which stays
-- first in each key, and the trigger says the team of what they write.
lock table task_event in access exclusive mode;
alter table task_event add column team_id bigint;
alter table task_event disable trigger task_event_append_only;
update task_event e set team_id = t.team_id from task t where t.id = e.task_id;
alter table task_event enable trigger task_event_append_only;
alter table task_event alter column team_id set not null;
create function name_team() returns trigger language plpgsql as $$
begin
    new.team_id := (select t.team_id from task t where t.id = new.task_id);
    return new;
end $$;
create trigger task_event_team before insert on task_event
    for each row when (new.team_id is null) execute function name_team();

create unique index ledger_entry_once_a_team on ledger_entry (task_id, team_id, (kind = 'reserve'))
    where kind in ('reserve', 'settle', 'release');
drop index ledger_entry_once;
alter index ledger_entry_once_a_team rename to ledger_entry_once;

alter table work drop constraint work_pkey, add primary key (task_id, team_id);

-- An entry never lies before what is summed already, though the database's clock may have been set back.
create function ledger_now() returns timestamptz language sql stable as $$
    select greatest(gateway_now(), l.until) from ledger_days l
$$;
alter table ledger_entry alter column at set default ledger_now();

-- Top-ups are as append-only as their entries, and of a closed month only whether it is open again is ever changed.
create trigger top_up_append_only before update or delete or truncate on top_up
    for each statement execute function refuse_change();
create trigger statement_append_only before delete or truncate on statement
    for each statement execute function refuse_change();
create trigger statement_frozen before update of id, month, document, digest, closed_at, closed_by on statement
    for each statement execute function refuse_change();
