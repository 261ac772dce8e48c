select id, kind, name, scopes, created_at, revoked_at from token where brand = ?1 order by id;
