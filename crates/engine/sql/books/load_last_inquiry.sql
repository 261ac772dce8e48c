select coalesce(max(id), 0) from inquiry where brand = ?1 and id > 0;
