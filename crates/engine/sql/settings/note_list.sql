select id from note where brand = ?1;
