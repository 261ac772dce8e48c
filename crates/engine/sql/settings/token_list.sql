select id, kind, name, scopes, created_at, revoked_at, used_at from token
where brand = ?1 and coalesce(partner, 0) = ?2 order by id;
