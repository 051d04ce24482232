-- The trace that a task was created in (W3C trace context), so that whichever replica submits, polls and settles
-- it goes on with it. Null unless the create was traced.
alter table task add column trace_parent text;
