-- A year to measure with: ten million tasks of a thousand teams, some of them large and most small, in the
-- twelve whole months before this one. For a database that a gateway has just been started on once and
-- that nobody needs: it must be a superuser's, for the triggers are off while it plants.
--
--   psql -v ON_ERROR_STOP=1 -f src/test/sql/a-year.sql "$URL"
--   psql -v ON_ERROR_STOP=1 -v teams=20 -v tasks=100000 -f src/test/sql/a-year.sql "$URL"
\if :{?tasks} \else \set tasks 10000000 \endif
\if :{?teams} \else \set teams 1000 \endif
\timing on
set session_replication_role = replica;
set maintenance_work_mem = '1GB';
set work_mem = '256MB';
select setseed(0.5);

-- Indexes are built when all is in; those of constraints stay.
create temp table later as
select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as made from pg_index
where indrelid in ('task'::regclass, 'ledger_entry'::regclass)
    and not exists (select from pg_constraint where conindid = indexrelid);
select format('drop index %s', name) from later \gexec

insert into team (slug, name, cost_center, monthly_quota, max_in_flight, generate_per_minute, created_at)
select 'team-' || n, 'Team ' || n, 'CC-' || n % 60, null, null, null, now() - interval '2 years'
from generate_series(1, :teams) n;
create temp table planted as
select id, slug, cost_center, row_number() over (order by id)::int as n, (hashint8(id) & 3) + 1 as projects
from team where slug ~ '^team-[0-9]+$';
create unique index on planted (n);
analyze planted;
insert into api_key (team_id, name, hash, hint, scopes, created_at)
select id, 'key-' || k, sha256((slug || k)::bytea), 'sg_…', '{generate,status}', now() - interval '2 years'
from planted, generate_series(1, 4) k;
insert into credit_price (effective_from, currency, per_credit, actor)
select day, 'EUR', price, 'planted'
from (values (date '2000-01-01', 0.0125), ((now() - interval '5 months')::date, 0.0131)) p (day, price);

-- Ids as the gateway makes them: nine digits of the moment, to the sixth of a millisecond, and then the number.
create function pg_temp.digits(v bigint) returns text language sql immutable return
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 218340105584896 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 3521614606208 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 56800235584 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 916132832 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 14776336 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 238328 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 3844 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v / 62 % 62)::int, 1)
    || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (v % 62)::int, 1);

-- One row a task, in the order of time. The largest team has a tenth of all, and more than half of the teams
-- have less than a two-thousandth each. Projects have keys of their own and a shared one; three of a hundred tasks fail, one of twenty is paid by
-- top-ups, and one of a hundred was the sandbox's.
create unlogged table planted_task as
select pg_temp.digits(1 + floor(extract(epoch from created_at)::float8 * 1000 * 2.0 ^ 80 / 62.0 ^ 13)::bigint)
        || lpad(n::text, 13, '0') as tail, d.*,
    case preset when '5s' then 65 when '10s_sound' then 260 else 130 end as credits,
    case when n % 4 = 0 then 4 else coalesce(project, 4) end as key,
    created_at + interval '1 second' * (1 + random() * 2) as accepted_at,
    created_at + interval '1 second' * (35 + 60 * random() + 200 * power(random(), 8)) as finished_at
from (
    select s.n, t.id as team_id, t.slug, t.cost_center,
        first_day + (s.n - 1 + random()) / :tasks * (last_day - first_day) as created_at,
        nullif(floor(random() * (t.projects + 1))::int, 0) as project,
        (array['5s', '5s', '5s', '10s', '5s_sound', '10s_sound'])[1 + floor(random() * 6)::int] as preset,
        random() < 0.03 as failed, random() < 0.05 as by_top_up,
        case when random() < 0.01 then 'sandbox' else 'seedance' end as upstream
    from generate_series(1, :tasks) s (n)
        cross join (select (date_trunc('month', now() at time zone billing_zone) - interval '1 year')
                               at time zone billing_zone as first_day,
                           date_trunc('month', now() at time zone billing_zone) at time zone billing_zone as last_day
                    from installation) y
        cross join lateral (select 1 + floor(:teams * power(random() + s.n * 0, 3))::int as pick) p
        join planted t on t.n = p.pick) d;
analyze planted_task;

insert into task (id, team_id, key_id, key_name, project, cost_center, request_id, prompt, aspect_ratio,
    duration_seconds, sound, image_urls, preset, credits, price_version, phase, attempt, upstream,
    upstream_task_id, upstream_credits, response, error_message, created_at, accepted_at, finished_at)
select 'sd15p_' || tail, team_id, 1, 'key-' || key, 'project-' || project, cost_center,
    md5(tail), 'A paper boat drifts down a rainy street, seen from above, number ' || n, '16:9',
    split_part(preset, 's', 1)::smallint, preset like '%sound', '{}', preset, credits, 1,
    case when failed then 'FAILED' else 'SUCCEEDED' end, 1, upstream, 'up_' || tail,
    case when failed then 0 else credits end,
    case when failed then null else array['https://cdn.example.com/clips/' || tail || '.mp4'] end,
    case when failed then 'The video service could not render it.' end, created_at, accepted_at, finished_at
from planted_task order by n;

insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota, from_top_ups,
    top_up_id, task_id, reason, actor, team_slug, project, cost_center, key_id, key_name, preset, price_version,
    upstream)
select at, kind, team_id, case kind when 'reserve' then 'team' else 'held' end,
    case kind when 'reserve' then 'held' when 'settle' then 'spent' else 'team' end, credits,
    date_trunc('month', m.created_at at time zone billing_zone)::date, case when by_top_up then 0 else credits end,
    case when by_top_up then credits else 0 end, null, 'sd15p_' || tail,
    case kind when 'release' then 'The video service could not render it.' end,
    case kind when 'reserve' then 'key:1' else 'system' end, slug, 'project-' || project, cost_center, 1,
    'key-' || key, preset, 1, upstream
from (select *, created_at as at, 'reserve' as kind from planted_task
      union all
      select *, finished_at, case when failed then 'release' else 'settle' end from planted_task) m, installation
order by at;

-- What was paid by top-ups was granted before, with something left.
with needed as (
    select team_id, min(slug) as slug, min(created_at) - interval '1 hour' as at,
        (sum(credits) filter (where by_top_up))::bigint as credits
    from planted_task group by 1
), bought as (
    insert into top_up (team_id, credits, reason, actor, created_at)
    select team_id, coalesce(credits, 0) + 5000, 'planted', 'planted', at from needed returning *
)
insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota, from_top_ups,
    top_up_id, reason, actor, team_slug)
select bought.created_at, 'grant', team_id, 'company', 'team', credits, date_trunc('month', bought.created_at)::date, 0, credits,
    bought.id, reason, actor, slug from bought join planted on planted.id = team_id;
insert into account (team_id, period, used, top_ups)
select team_id, max(last),
    sum(case when period <> last then 0 when kind = 'reserve' then from_quota when kind = 'release' then -from_quota
        else 0 end),
    sum(case 'team' when credit then from_top_ups when debit then -from_top_ups else 0 end)
from (select *, max(period) over (partition by team_id) as last from ledger_entry) e
where team_id in (select id from planted)
group by team_id;
insert into account (team_id, period) select id, '2000-01-01' from planted on conflict do nothing;

select made from later \gexec
drop table planted_task;
set session_replication_role = origin;
vacuum analyze;
