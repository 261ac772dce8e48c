update decision set body = ?5 where brand = ?1 and event_type = ?2 and order_id = ?3 and record = ?4;
