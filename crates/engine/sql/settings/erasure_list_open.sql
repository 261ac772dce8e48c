select id, state, asked_at, changed_at, "user", role, reason, found, record, read, rewritten, leased_until, brand, position from erasure
where state < 3 order by asked_at, id;
