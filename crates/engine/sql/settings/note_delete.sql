delete from note where brand = ?1 and id = ?2;
