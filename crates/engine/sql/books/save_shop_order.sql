insert into shop_order (brand, order_id, event_type, record, program, body)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (brand, order_id, event_type) do update set
  record = excluded.record,
  body = excluded.body;
