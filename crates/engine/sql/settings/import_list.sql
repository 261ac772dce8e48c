select id, brand, kind, name, state, lines, created_at, changed_at, made_by, mapping, leased_until from import
where brand = ?1 and (created_at < ?2 or created_at = ?2 and id < ?3) order by created_at desc, id desc limit ?4;
