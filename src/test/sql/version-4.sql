-- What a gateway of version 4 leaves when it is stopped: a team with one task that ended and one that waits.
insert into installation (billing_zone) values ('UTC');
insert into team (slug, name, monthly_quota, created_at) values ('veteran', 'Veteran', 1000, now());
insert into account (team_id, period, used, in_flight) select id, gateway_period(), 130, 1 from team;

insert into task (id, team_id, key_id, key_name, request_id, prompt, aspect_ratio, duration_seconds, sound, image_urls,
    preset, credits, price_version, phase, attempt, upstream, upstream_task_id, upstream_credits, response, created_at,
    accepted_at, finished_at)
select 'sd15p_0000000000000ended', id, 1, 'k', 'r1', 'a boat', '16:9', 5, false, '{}'::text[],
    '5s', 65, 1, 'SUCCEEDED', 1, 'sandbox', 'sd15p_theirs', 65, '{http://127.0.0.1/clip.mp4}'::text[], now() - interval '2 minutes',
    now() - interval '2 minutes', now() - interval '1 minute'
from team
union all
select 'sd15p_0000000000000waits', id, 1, 'k', 'r2', 'a boat', '16:9', 5, false, '{}', '5s', 65, 1, 'QUEUED', 0, 'sandbox', null, null,
    null, now(), null, null
from team;

insert into ledger_entry (kind, team_id, debit, credit, credits, period, from_quota, from_top_ups, task_id, actor, team_slug,
    key_id, key_name, preset, price_version, upstream)
select e.kind, t.team_id, e.debit, e.credit, 65, gateway_period(), 65, 0, t.id, 'key:1', 'veteran', 1, 'k', '5s', 1, 'sandbox'
from task t, (values ('reserve', 'team', 'held'), ('settle', 'held', 'spent')) e (kind, debit, credit)
where e.kind = 'reserve' or t.phase = 'SUCCEEDED';

insert into work (task_id, kind, team_id, due_at, start_tag, credits)
select id, 'submit', team_id, now(), 0, 65 from task where phase = 'QUEUED';
