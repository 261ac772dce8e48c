insert into shop_request (shop, id, brand, kind, customer_hash, payload, received_at, state, note)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, '')
on conflict (shop, id) do nothing;
