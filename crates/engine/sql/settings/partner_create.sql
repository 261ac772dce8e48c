insert into partner (id, name, created_at) values (?1, ?2, ?3);
