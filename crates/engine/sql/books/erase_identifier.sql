update identifier set id = ?3 where brand = ?1 and id = ?2;
