update import set mapping = ?4 where brand = ?1 and id = ?2 and state = ?3;
