select record, event_type, order_id, body from decision where brand = ?1 and record = ?2 and event_type = ?3 and order_id = ?4;
