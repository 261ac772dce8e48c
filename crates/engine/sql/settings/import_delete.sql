delete from import where brand = ?1 and id = ?2 and state = ?3;
