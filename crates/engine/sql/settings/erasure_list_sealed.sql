select id, sealed, record from erasure where brand = ?1 and state = 2 and sealed is not null and record is not null
order by record;
