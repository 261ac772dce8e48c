update erasure set state = 2, record = ?3, changed_at = ?4 where brand = ?1 and id = ?2 and state = 1;
