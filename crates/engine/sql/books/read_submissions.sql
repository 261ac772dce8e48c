-- Their ids begin with the moment they were made.
select id, record, kind, received_at, program, event_type, order_id, source, refusal, actions, unchanged from submission where brand = ?1 order by id desc limit ?2;
