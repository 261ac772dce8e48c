-- Until the transaction ends nobody else holds the same number.
select pg_advisory_xact_lock(?1);
