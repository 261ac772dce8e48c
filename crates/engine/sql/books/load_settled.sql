select event_type, order_id from unsettled
where brand = ?1 and until <= ?2
order by until, event_type, order_id limit ?3;
