#!/bin/sh
# Run once, when PostgreSQL makes its folder: the owner, who migrates, and the role that the gateway works as.
set -eu
psql -v ON_ERROR_STOP=1 -v database="$POSTGRES_DB" -v owner="$SEEDGATE_OWNER_PASSWORD" \
  -v application="$SEEDGATE_DATABASE_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
create role seedgate_owner login password :'owner';
create role seedgate_app login password :'application';
alter database :"database" owner to seedgate_owner;
SQL
