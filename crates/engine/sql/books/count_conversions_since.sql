select count(*), count(refusal) from conversion where brand = ?1 and occurred_at >= ?2;
