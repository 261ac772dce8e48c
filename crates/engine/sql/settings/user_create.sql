insert into user (email, name, password_hash, created_at) values (?1, ?2, ?3, ?4);
