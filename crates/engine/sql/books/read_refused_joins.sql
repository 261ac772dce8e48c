select record, n, at, a, b, reason from refused_join where brand = ?1 and record < ?2 order by record desc, n desc limit ?3;
