update erasure set read = ?3, rewritten = ?4 where brand = ?1 and id = ?2 and state = 2;
