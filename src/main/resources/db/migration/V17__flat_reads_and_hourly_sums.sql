-- A list reads one index from its end, however many tasks there are: so there is one for whatever is asked for.
-- A task's time is included, for the exact bound of a time that its id only nearly tells.
create index task_team_phase on task (team_id, phase, id) include (created_at);
create index task_phase on task (phase, id) include (created_at);
-- The project first: of two indexes that begin with the team the planner may take the wrong one.
create index task_project on task (project, team_id, phase, id) include (created_at) where project is not null;
drop index task_team;
drop index task_open;

-- How long a team's renders took; those of all teams are read team by team.
create index task_team_rendered on task (team_id, finished_at) include (accepted_at, upstream) where phase = 'SUCCEEDED';
drop index task_rendered;

-- The audit log has an entry for every look at a prompt.
create index audit_entry_at on audit_entry (at, id);
create index audit_entry_actor on audit_entry (actor, at, id);
create index audit_entry_action on audit_entry (action, at, id);
create index audit_entry_actor_action on audit_entry (actor, action, at, id);
create index audit_entry_object_at on audit_entry (object, at, id);
drop index audit_entry_object;

create index alert_at on alert (at, id);
create index alert_kind on alert (kind, at, id);
create index alert_team on alert (team_slug, at, id);
create index alert_team_kind on alert (team_slug, kind, at, id);

create index top_up_team on top_up (team_id, id);

-- The sums by day are added to as each hour ends, in slices that a statement can sum in time. What days were summed
-- whole stays as it is: a row for each of these names, which is what this index now says.
create unique index usage_day_group on usage_day
    (team_id, day, priced_on, team_slug, project, cost_center, key_name, preset, upstream) nulls not distinct;
drop index usage_day_team;

-- The auditor's count of a day under way, which it compares with the day's sums at its end. Not worth a write-ahead
-- log: what a crash loses is counted again, as auditor says how many entries there should be.
create unlogged table usage_recount (walk text not null, like usage_day);
create unique index usage_recount_group on usage_recount
    (walk, team_id, day, priced_on, team_slug, project, cost_center, key_name, preset, upstream) nulls not distinct;
create unlogged table account_recount (walk text not null, like account_day, primary key (walk, team_id, day, period));

-- It goes through the ledger in the order of time: right behind the sums, and once more round everything. The
-- accounts it goes round all the time. task_cursor and day_cursor are of older versions, left for the way back.
alter table auditor
    -- Up to where it has been, and the entries counted of the day under way.
    add column new_until            timestamptz,
    add column new_counted          bigint not null default 0,
    add column round_until          timestamptz,
    add column round_counted        bigint not null default 0,
    -- The present round through the accounts, and the last whole one.
    add column teams_began_at       timestamptz not null default gateway_now(),
    add column teams_completed_from timestamptz,
    add column teams_completed_at   timestamptz;
-- What was summed has been gone round by day; where that is not so, the first round will.
update auditor set new_until = (select until from ledger_days), began_at = gateway_now(), team_cursor = 0;
