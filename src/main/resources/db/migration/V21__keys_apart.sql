-- A key that is rotated ends with the overlap. When it would have ended by itself is kept: its successor lives as
-- long, also the one of a second rotation, which finds the overlap's end in expires_at.
alter table api_key add column rotated_at timestamptz, add column planned_end timestamptz;
alter table admin_key add column rotated_at timestamptz, add column planned_end timestamptz;

-- Of those that were rotated before, the audit log knows it.
update api_key k set rotated_at = a.at, planned_end = a.planned_end
from (select distinct on (object) object, at, (before ->> 'expiresAt')::timestamptz as planned_end
      from audit_entry where action = 'key.rotate' order by object, id) a
where a.object like '%/key:' || k.id;
update admin_key k set rotated_at = a.at, planned_end = a.planned_end
from (select distinct on (object) object, at, (before ->> 'expiresAt')::timestamptz as planned_end
      from audit_entry where action = 'admin-key.rotate' order by object, id) a
where a.object = 'admin-key:' || k.id;

-- Figures by key go by the key's id: two keys may have one name, also of two teams.
create or replace view usage_movement as
select e.at, (e.at at time zone (select billing_zone from installation))::date as day,
    ((case when e.kind <> 'release' then e.at
           else (select r.at from ledger_entry r where r.task_id = e.task_id and r.kind = 'reserve') end)
        at time zone (select billing_zone from installation))::date as priced_on,
    e.task_id, e.team_id, e.team_slug, e.project, e.cost_center, e.key_name, e.preset, e.upstream,
    (e.kind = 'reserve')::int::bigint as created,
    (e.kind = 'settle')::int::bigint as succeeded,
    (e.kind = 'release')::int::bigint as failed,
    case e.kind when 'reserve' then e.credits else 0 end as charged,
    case e.kind when 'release' then e.credits else 0 end as refunded,
    e.key_id
from ledger_entry e
where e.kind in ('reserve', 'settle', 'release');

-- What was summed has no ids: it is summed again, slice by slice, and read from the entries until then.
update ledger_days set until = null;
delete from usage_day;
delete from account_day;
delete from render_day;
-- A replica of an older version, which would sum without the id, is refused; one of this version sums the day.
alter table usage_day add column key_id bigint,
    add constraint usage_day_key check ((key_id is null) = (key_name is null));
drop index usage_day_group;
create unique index usage_day_group on usage_day
    (team_id, day, priced_on, team_slug, project, cost_center, key_id, key_name, preset, upstream) nulls not distinct;

-- And checked again, as new; the auditor's count of a day begins anew with the day.
update auditor set new_until = null, round_until = null;
delete from usage_recount;
alter table usage_recount add column key_id bigint;
drop index usage_recount_group;
create unique index usage_recount_group on usage_recount
    (walk, team_id, day, priced_on, team_slug, project, cost_center, key_id, key_name, preset, upstream) nulls not distinct;

-- Who signs in to the console with a named key has its role, and is out when the key ends.
alter table console_session add column admin_key_id bigint references admin_key,
    drop constraint console_session_method_check,
    add constraint console_session_method_check check (method in ('password', 'oidc', 'key')),
    add check ((method = 'key') = (admin_key_id is not null));
