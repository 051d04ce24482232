-- One more reason: an admin takes no creates at all. The vendor is called on for what was taken before.
alter table upstream_pause drop constraint upstream_pause_reason_check;
alter table upstream_pause add constraint upstream_pause_reason_check
    check (reason in ('THROTTLED', 'ACCOUNT_KEY', 'ACCOUNT_CREDIT', 'OPERATOR', 'CREATES'));
