insert into program (id, brand) values (?1, ?2);
