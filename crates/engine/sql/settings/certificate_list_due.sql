select host, failures, leased_until from certificate
where next_try_at <= ?1 and leased_until <= ?1 order by next_try_at, host;
