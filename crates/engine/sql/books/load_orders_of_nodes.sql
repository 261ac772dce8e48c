select node, event_type, order_id, occurred_at, actions is not null from conversion
where brand = ?1 and node in rarray(?2);
