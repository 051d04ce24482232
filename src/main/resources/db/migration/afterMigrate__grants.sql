-- What the application's role may do, given anew after every migration: a table that is not named here is
-- closed to it. The role is the data source's user; where it is the owner too, one role does all.
do $$
declare
    app constant text := '${application_role}';
    line record;
begin
    if app = current_user or not exists (select from pg_roles where rolname = app) then
        return;
    end if;
    -- Replicas that start together take turns: two grants on one table at once are an error.
    perform pg_advisory_xact_lock(hashtext('seedgate grants'));
    execute format('revoke create on schema %I from public, %I', current_schema, app);
    execute format('revoke create, temporary on database %I from public, %I', current_database(), app);
    execute format('grant connect on database %I to %I', current_database(), app);
    execute format('grant usage on schema %I to %I', current_schema, app);
    execute format('revoke all on all tables in schema %I from %I', current_schema, app);
    execute format('revoke all on all sequences in schema %I from %I', current_schema, app);
    for line in
        select * from (values
            -- Append-only.
            ('ledger_entry', 'select, insert'),
            ('audit_entry', 'select, insert'),
            ('task_event', 'select, insert'),
            ('credit_price', 'select, insert'),
            ('top_up', 'select, insert'),
            ('team_version', 'select, insert'),
            ('pool_purchase', 'select, insert'),
            ('installation', 'select, insert'),
            ('usage_movement', 'select'),
            ('account_movement', 'select'),
            -- What the wings publish to each other.
            ('team_limits', 'select'),
            ('team_key', 'select'),
            ('team_history', 'select'),
            ('ledger_movement', 'select'),
            ('team_account', 'select'),
            ('billing_month', 'select'),
            ('ledger_clock', 'select'),
            ('team_budget', 'select'),
            ('task_outcome', 'select'),
            ('task_phase_change', 'select'),
            ('task_queue', 'select'),
            ('vendor_charge', 'select'),
            ('usage_by_day', 'select'),
            ('usage_by_day_until', 'select'),
            ('ledger_finding', 'select'),
            -- A closed month is opened again, and never changed.
            ('statement', 'select, insert, update (reopened_at, reopened_by, reopen_reason)'),
            -- A finding is seen again or mended.
            ('finding', 'select, insert, update (detail, last_seen, round, mended_at)'),
            -- Changed, and never taken away.
            ('team', 'select, insert, update'),
            ('api_key', 'select, insert, update'),
            ('admin_key', 'select, insert, update'),
            ('alert', 'select, insert, update'),
            ('pool_day', 'select, insert, update'),
            ('usage_day', 'select, insert, update'),
            ('account_day', 'select, insert, update'),
            ('render_day', 'select, insert, update'),
            ('account', 'select, insert, update'),
            ('queue_share', 'select, insert, update'),
            ('task', 'select, insert, update'),
            ('vendor_job', 'select, insert, update'),
            ('upstream_budget', 'select, insert, update'),
            ('clip_copy', 'select, insert, update'),
            -- One row, or a few.
            ('revision', 'select, update'),
            ('fair_queue', 'select, update'),
            ('auditor', 'select, update'),
            ('ledger_days', 'select, update'),
            ('sandbox_account', 'select, update'),
            -- Made by the migration.
            ('clip_link_key', 'select'),
            -- These come and go.
            ('work', 'select, insert, update, delete'),
            ('idempotency_key', 'select, insert, delete'),
            ('webhook_endpoint', 'select, insert, update, delete'),
            ('webhook_callback', 'select, insert, delete'),
            ('webhook_delivery', 'select, insert, update, delete'),
            ('webhook_try', 'select, insert, delete'),
            ('upstream_pause', 'select, insert, update, delete'),
            ('pool_movement', 'select, insert, update, delete'),
            ('console_session', 'select, insert, update, delete'),
            ('budget', 'select, insert, update, delete'),
            ('usage_recount', 'select, insert, update, delete'),
            ('account_recount', 'select, insert, update, delete'),
            ('sandbox_task', 'select, insert, update, delete'),
            ('sandbox_refusal', 'select, insert, update, delete'),
            ('flyway_schema_history', 'select')
        ) as granted (name, privileges)
    loop
        execute format('grant %s on %I to %I', line.privileges, line.name, app);
    end loop;
end $$;
