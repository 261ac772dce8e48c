#!/bin/sh
# Runs once, when the database is made: the standby may follow with the same name and password.
echo 'host replication all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
