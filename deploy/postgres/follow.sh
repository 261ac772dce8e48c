#!/bin/sh
# The standby's start: a copy of the primary the first time, and from then on what is there.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  PGPASSWORD=$(cat /run/secrets/postgres_password)
  export PGPASSWORD
  pg_basebackup --host postgres --username referee --pgdata "$PGDATA" --write-recovery-conf --wal-method stream \
    --checkpoint fast
  chmod 700 "$PGDATA"
fi
# It goes by this name at the primary.
exec postgres -c cluster_name=standby
