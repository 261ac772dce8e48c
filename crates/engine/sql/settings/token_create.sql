insert into token (id, brand, kind, name, secret_hash, scopes, created_at, partner)
values ((select coalesce(max(id), 0) + 1 from token), ?1, ?2, ?3, ?4, ?5, ?6, ?7)
returning id;
