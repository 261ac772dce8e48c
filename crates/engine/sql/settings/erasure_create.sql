insert into erasure (brand, id, state, asked_at, changed_at, "user", role, reason, found, sealed, record, position, read, rewritten, leased_until)
values (?1, ?2, 1, ?3, ?3, ?4, ?5, ?6, ?7, ?8, null, null, 0, 0, 0);
