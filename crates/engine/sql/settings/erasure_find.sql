select id, state, asked_at, changed_at, "user", role, reason, found, record, read, rewritten, leased_until, brand, position from erasure
where brand = ?1 and id = ?2;
