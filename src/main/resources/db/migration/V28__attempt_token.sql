-- Which start of an attempt a row tells of: an instance that never learned whether its start was committed finds it by
-- this, and by nothing that is written for people. Asked for only by the very process that wrote the row, so those of
-- the version before, which have none, are nobody's to ask for.
alter table task_event add column attempt_token text;
