delete from shop_visit where state = ?1 or created_at < ?2;
