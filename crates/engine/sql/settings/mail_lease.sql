update mail set leased_until = ?3, first_tried_at = coalesce(first_tried_at, ?4)
where brand = ?1 and number = ?2;
