-- The tasks of a key, as those of a team (V17). While it is built, creates and answers of the vendor's wait, some seconds a
-- million tasks; who can't have that builds it before the upgrade, without that wait: docs/operations.md.
create index if not exists task_key on task (key_id, phase, id) include (created_at);
