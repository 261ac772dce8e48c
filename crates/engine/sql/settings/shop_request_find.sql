select shop, id, kind, payload, received_at, state, done_at, note from shop_request
where brand = ?1 and shop = ?2 and id = ?3;
