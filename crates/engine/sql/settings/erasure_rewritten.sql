update erasure set position = ?3 where brand = ?1 and id = ?2 and state = 2;
