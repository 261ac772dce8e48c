insert into shop_visit (state, shop, created_at) values (?1, ?2, ?3);
