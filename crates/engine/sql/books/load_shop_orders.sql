select event_type, order_id, record, program, body from shop_order where brand = ?1 and order_id in rarray(?2);
