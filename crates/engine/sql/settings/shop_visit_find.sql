select shop, created_at from shop_visit where state = ?1;
