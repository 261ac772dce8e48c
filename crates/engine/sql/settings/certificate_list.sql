select host, begins_at, ends_at, failures, tried_at, next_try_at, leased_until, trouble from certificate order by host;
