select body from config where brand = ?1 order by kind, program, key;
