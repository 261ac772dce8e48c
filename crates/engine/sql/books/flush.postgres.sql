begin;
set local synchronous_commit = on;
select pg_current_xact_id();
commit;
