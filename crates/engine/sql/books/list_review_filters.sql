select id, filter from review where brand = ?1;
