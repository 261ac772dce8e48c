update token set revoked_at = ?4 where id = ?1 and brand = ?2 and coalesce(partner, 0) = ?3 and revoked_at is null;
