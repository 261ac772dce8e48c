insert into named_click (brand, click, event_type, order_id)
values (?1, ?2, ?3, ?4)
on conflict (brand, click, event_type, order_id) do nothing;
