insert into token (brand, kind, name, secret_hash, scopes, created_at) values (?1, ?2, ?3, ?4, ?5, ?6);
