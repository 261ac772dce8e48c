insert into click_key (brand, id, key, created_at) values (?1, ?2, ?3, ?4);
