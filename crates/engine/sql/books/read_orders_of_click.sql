select event_type, order_id from named_click
where brand = ?1 and click = ?2 order by event_type, order_id limit ?3;
