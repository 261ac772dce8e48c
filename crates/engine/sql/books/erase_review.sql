update review set filter = ?3 where brand = ?1 and id = ?2;
