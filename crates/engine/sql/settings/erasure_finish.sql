update erasure set state = 3, sealed = null, changed_at = ?3 where brand = ?1 and id = ?2 and state = 2;
