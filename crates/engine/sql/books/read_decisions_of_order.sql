select record, event_type, order_id, body from decision
where brand = ?1 and event_type = ?2 and order_id = ?3 order by record desc limit ?4;
