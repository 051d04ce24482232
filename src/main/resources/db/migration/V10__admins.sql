-- Keys of the admin API. Like a team's, a key is stored as a hash; its text is shown once.
create table admin_key (
    id           bigint generated always as identity primary key,
    name         text not null,
    hash         bytea not null unique,
    hint         text not null,
    role         text not null check (role in ('viewer', 'operator', 'admin')),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz not null,
    last_used_at timestamptz,
    version      bigint not null default 0
);

-- Who is signed in to the console, for all replicas. The browser has the token, the database its hash.
create table console_session (
    token_hash   bytea primary key,
    name         text not null,
    role         text not null check (role in ('viewer', 'operator', 'admin')),
    -- How they signed in: by the bootstrap admin key, or by the company's provider.
    method       text not null check (method in ('password', 'oidc')),
    -- What they signed in with, hashed; a session ends with it. Null where the provider vouches.
    credential   bytea,
    signed_in_at timestamptz not null default gateway_now(),
    seen_at      timestamptz not null default gateway_now(),
    check ((method = 'password') = (credential is not null))
);
create index console_session_seen on console_session (seen_at);
