select record, n, at, a, b, reason from refused_join
where brand = ?1 and (record, n) < (?2, ?3) order by record desc, n desc limit ?4;
