update unsettled set body = ?4 where brand = ?1 and event_type = ?2 and order_id = ?3;
