select count(*) from erasure_place where brand = ?1 and erasure = ?2;
