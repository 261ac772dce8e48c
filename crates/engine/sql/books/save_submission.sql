insert into submission (brand, id, record, kind, received_at, program, event_type, order_id, source, refusal, actions, unchanged)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
on conflict (brand, id) do nothing;
