-- Who changed what, written in the transaction of the change: a change that can't be audited does not happen.
-- Append-only like the ledger. before and after hold what admins see of a thing, never a secret.
create table audit_entry (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default gateway_now(),
    actor      text not null,
    action     text not null,
    object     text not null,
    before     jsonb,
    after      jsonb,
    reason     text,
    address    text,
    request_id text
);
create index audit_entry_object on audit_entry (object, id);
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
    for each statement execute function refuse_change();
