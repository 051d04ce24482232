-- How long copies of a team's clips are kept, in days; null is what the setting says for all.
alter table team add column clip_retention_days int check (clip_retention_days between 1 and 36500);

create or replace view team_limits as
select id, slug, name, cost_center, monthly_quota, max_in_flight, generate_per_minute, weight, soft_limits,
    prompt_retention_days, suspended, archived_at, created_at, clip_retention_days
from team;

-- The oldest copies of each team.
create index clip_copy_kept on clip_copy (team_id, since) where state = 'KEPT';
