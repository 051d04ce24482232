# Run by PostgreSQL's image when its data folder is made: one role owns the tables and migrates them, the other is the
# gateway's and may do what the migrations grant it.
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
  -v owner="$(cat /run/secrets/owner-password)" -v app="$(cat /run/secrets/app-password)" -v database="$POSTGRES_DB" <<'SQL'
create role seedgate_owner login password :'owner';
create role seedgate_app login password :'app';
alter database :"database" owner to seedgate_owner;
alter schema public owner to seedgate_owner;
SQL
