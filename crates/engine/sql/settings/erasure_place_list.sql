select record, fact, slots from erasure_place where brand = ?1 and erasure = ?2 and record > ?3 order by record limit ?4;
