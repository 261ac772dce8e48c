insert into brand (id, name, partition, account_sid, identity_key, created_at) values (?1, ?2, ?3, ?4, ?5, ?6);
