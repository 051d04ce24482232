-- What of a team's credits a key or a project may spend in a month of the billing zone, and has spent. Moved by the
-- statements that move the account, under the account's lock.
create table budget (
    id              bigint generated always as identity primary key,
    team_id         bigint not null references team,
    -- The first of a key and its successors: a rotation makes no new budget.
    key_id          bigint references api_key,
    project         text,
    monthly_credits bigint not null check (monthly_credits >= 0),
    period          date not null,
    used            bigint not null check (used >= 0),
    check ((key_id is null) <> (project is null))
) with (fillfactor = 50);
create unique index budget_key on budget (team_id, key_id) where key_id is not null;
create unique index budget_project on budget (team_id, project) where project is not null;

-- How often one was made or taken away: 0 spares a team without any the look, and a statement that waited for the
-- account sees by it whether it looks at all of them.
alter table account add column budget_changes int not null default 0;

-- The key that a successor goes back to, by however many rotations.
alter table api_key add column origin_id bigint references api_key;
