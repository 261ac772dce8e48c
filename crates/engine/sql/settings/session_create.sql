insert into session (token_hash, "user", csrf, created_at, expires_at) values (?1, ?2, ?3, ?4, ?5);
