select id, record, kind, received_at, program, event_type, order_id, source, refusal, actions, unchanged from submission
where brand = ?1 and order_id = ?2 and refusal is not null order by record desc limit ?3;
