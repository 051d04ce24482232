-- What a wing of the code lets the others read: they name these, and the tables are its own business. None has a prompt,
-- an image or a key's hash.

-- Teams and keys, by access.
create view team_limits as
select id, slug, name, cost_center, monthly_quota, max_in_flight, generate_per_minute, weight, soft_limits,
    prompt_retention_days, suspended, archived_at, created_at
from team;
create view team_key as
select id, team_id, name, project, origin_id from api_key;
create view team_history as
select id, team_id, valid_from, name, cost_center, monthly_quota from team_version;

-- Credits, by the ledger; usage_movement and account_movement are its views for sums.
create view ledger_movement as
select id, at, kind, team_id, debit, credit, credits, period, task_id, reason, actor, team_slug, project, cost_center,
    key_id, key_name, preset, upstream
from ledger_entry;
create view team_account as
select team_id, period, used, top_ups, in_flight from account;
create view team_budget as
select id, team_id, key_id, project, monthly_credits, period, used from budget;

-- Tasks, their queue and what the vendor took for them.
create view task_outcome as
select id, team_id, phase, credits, upstream, upstream_task_id, upstream_credits, created_at, accepted_at, finished_at,
    given_up
from task;
create view task_phase_change as
select id, task_id, team_id, at, phase, attempt from task_event;
create view task_queue as
select task_id, kind, team_id, queued_at, due_at, credits from work;
create view vendor_charge as
select upstream, upstream_task_id, task_id, team_id, told, taken, charged, seen_at, drifted_at from vendor_job;

-- Sums and findings, by billing.
create view usage_by_day as
select team_id, day, priced_on, key_id, project, charged, refunded from usage_day;
create view usage_by_day_until as
select until from ledger_days;
create view ledger_finding as
select rule, subject, detail, first_seen, last_seen, mended_at from finding;
