insert into unsettled (brand, event_type, order_id, node, occurred_at, until, body)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
on conflict (brand, event_type, order_id) do update set
  node = excluded.node,
  occurred_at = excluded.occurred_at,
  until = excluded.until,
  body = excluded.body;
