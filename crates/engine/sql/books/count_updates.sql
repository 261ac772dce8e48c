select count(*) from history where brand = ?1 and (?2 is null or program = ?2) and at between ?3 and ?4;
