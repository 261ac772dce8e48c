select id, record, kind, received_at, program, event_type, order_id, source, refusal, actions, unchanged from submission where brand = ?1 and id = ?2;
