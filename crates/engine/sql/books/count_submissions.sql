select count(*) from submission where brand = ?1;
