select id, brand, kind, name, state, lines, created_at, changed_at, made_by, mapping, leased_until from import where brand = ?1 and id = ?2;
