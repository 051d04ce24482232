-- PostgreSQL reads a trigger's condition anew at each statement, and parses and plans an SQL function in it each time:
-- that was a fifth of what a create costs the database. In plain columns it costs nothing that can be measured. The
-- conditions say where the vendor may have taken something, before or now; how much is still said by the function alone.
create or replace function count_take() returns trigger language plpgsql as $$
declare
    more bigint := vendor_perhaps_took(new) - case tg_op when 'INSERT' then 0 else vendor_perhaps_took(old) end;
begin
    if more <> 0 then
        insert into pool_movement (upstream, credits) values (new.upstream, more);
    end if;
    return null;
end $$;
create or replace trigger task_inserted_taken after insert on task
    for each row when (new.upstream_task_id is null and (new.phase = 'UNCERTAIN' or new.given_up))
    execute function count_take();
create or replace trigger task_taken after update of phase, upstream_task_id, given_up on task
    for each row when (old.upstream_task_id is null and (old.phase = 'UNCERTAIN' or old.given_up)
        or new.upstream_task_id is null and (new.phase = 'UNCERTAIN' or new.given_up))
    execute function count_take();
