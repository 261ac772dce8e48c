select shop, id, kind, payload, received_at, state, done_at, note from shop_request where brand = ?1
order by state, case when state = 1 then received_at else -received_at end, id limit ?2;
