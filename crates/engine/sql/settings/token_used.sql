update token set used_at = ?2 where id = ?1 and coalesce(used_at, 0) < ?2;
