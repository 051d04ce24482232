-- The lock comes first: a change made meanwhile must not slip through between the copy and the triggers.
lock table team in share row exclusive mode;

-- What bills say of a team, from a moment on: name, cost center and quota as they were at a month's end. Written
-- with the change, whoever makes it, and never changed: a closed month reads no log and no names of Java's.
create table team_version (
    id            bigint generated always as identity primary key,
    team_id       bigint not null,
    valid_from    timestamptz not null default gateway_now(),
    name          text not null,
    cost_center   text,
    monthly_quota bigint
);

-- From the audit log, once: what the first change found, then what each change made. A team that nobody has
-- changed since there is a log is as it was made.
insert into team_version (team_id, valid_from, name, cost_center, monthly_quota)
select t.id, v.valid_from, v.name, v.cost_center, v.monthly_quota
from team t cross join lateral (
    select t.created_at as valid_from, 0 as id, coalesce(f.before ->> 'name', t.name) as name,
        case when f.before is null then t.cost_center else f.before ->> 'costCenter' end as cost_center,
        case when f.before is null then t.monthly_quota else (f.before ->> 'monthlyQuota')::bigint end as monthly_quota
    from (select 1) one left join lateral (
        select before from audit_entry
        where object = 'team:' || t.slug and jsonb_exists(before, 'monthlyQuota') order by id limit 1) f on true
    union all
    select at, id, after ->> 'name', after ->> 'costCenter', (after ->> 'monthlyQuota')::bigint
    from audit_entry
    where object = 'team:' || t.slug and jsonb_exists(before, 'monthlyQuota') and jsonb_exists(after, 'monthlyQuota')
        and (before ->> 'name', before ->> 'costCenter', before ->> 'monthlyQuota')
            is distinct from (after ->> 'name', after ->> 'costCenter', after ->> 'monthlyQuota')) v
order by t.id, v.valid_from, v.id;

create index team_version_team on team_version (team_id, valid_from, id);
create trigger team_version_append_only before update or delete or truncate on team_version
    for each statement execute function refuse_change();

create function keep_team_version() returns trigger language plpgsql as $$
begin
    insert into team_version (team_id, name, cost_center, monthly_quota)
    values (new.id, new.name, new.cost_center, new.monthly_quota);
    return null;
end $$;
create trigger team_is_made after insert on team for each row execute function keep_team_version();
create trigger team_is_changed after update on team for each row
    when ((old.name, old.cost_center, old.monthly_quota) is distinct from (new.name, new.cost_center, new.monthly_quota))
    execute function keep_team_version();
