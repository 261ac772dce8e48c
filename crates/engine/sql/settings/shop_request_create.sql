insert into shop_request (shop, id, brand, kind, payload, received_at, state, note)
values (?1, ?2, ?3, ?4, ?5, ?6, 1, '')
on conflict (shop, id) do nothing;
