select record, event_type, order_id, body from decision where brand = ?1 and record = ?2;
