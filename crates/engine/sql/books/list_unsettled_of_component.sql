select event_type, order_id, node, occurred_at, until, body from unsettled where brand = ?1 and node in rarray(?2);
