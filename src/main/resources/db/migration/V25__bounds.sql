-- What the sandbox keeps goes some time after it was ordered.
create index sandbox_task_created on sandbox_task (created_at);
alter table sandbox_refusal add column last_at timestamptz not null default gateway_now();
create index sandbox_refusal_last on sandbox_refusal (last_at);

-- A finding that is mended stays as such, and comes back when the rule is broken again: the gateway's role can't
-- take one away. Null = it stands.
alter table finding add column mended_at timestamptz;

-- The database's role that wrote an entry, in the database's own words: whoever comes by another role can't pass for
-- the gateway. Null in entries from before.
alter table audit_entry add column written_by text;
create function stamp_audit_entry() returns trigger language plpgsql as $$
begin
    new.written_by = session_user;
    return new;
end $$;
create trigger audit_entry_stamp before insert on audit_entry
    for each row execute function stamp_audit_entry();
