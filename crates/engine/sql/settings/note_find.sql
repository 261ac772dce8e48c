select at, "user", partner, content from note where brand = ?1 and id = ?2;
