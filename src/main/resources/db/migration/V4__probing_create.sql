-- While the vendor's account is stopped and nothing is queued, one create an interval is let in to try it. It
-- is claimed in the create's own transaction: over the whole cluster, and not used up by a create that is refused.
alter table upstream_pause add column next_create timestamptz not null default '-infinity';
