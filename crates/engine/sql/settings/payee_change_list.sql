select at, "user", fields from payee_change where brand = ?1 and partner = ?2 order by number desc limit ?3;
