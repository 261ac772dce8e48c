update mail set state = ?4, tries = 0, first_tried_at = null, due_at = ?3
where brand = ?1 and number = ?2 and sent_at is null and leased_until <= ?3;
