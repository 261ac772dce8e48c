delete from unsettled where brand = ?1 and event_type = ?2 and order_id = ?3;
