-- Sessions of people who are members of teams and have no role: the ids of the teams that they see. A version before
-- this sends them to the sign-in page: the token of such a session is longer than any that it asks the database about.
alter table console_session
    add column teams bigint[] check (cardinality(teams) > 0),
    drop constraint console_session_role_check,
    add constraint console_session_role_check check (role in ('viewer', 'operator', 'admin', 'member')),
    add check ((role = 'member') = (teams is not null)),
    add check (role <> 'member' or method = 'oidc');
