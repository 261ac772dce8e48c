update config set body = ?4 where brand = ?1 and kind = ?2 and key = ?3;
