insert into note (brand, id, at, "user", partner, content) values (?1, ?2, ?3, ?4, ?5, ?6);
