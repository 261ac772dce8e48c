select key, body from config where brand = ?1 and kind = ?2;
