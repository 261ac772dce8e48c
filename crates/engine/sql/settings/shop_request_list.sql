select shop, id, kind, customer_hash, payload, received_at, state, done_at, note from shop_request where brand = ?1 order by state, received_at desc, id limit ?2;
