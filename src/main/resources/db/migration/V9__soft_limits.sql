-- A team whose limits only report: its creates are taken beyond them, and the reserve entry says which it broke.
alter table team add column soft_limits boolean not null default false;
