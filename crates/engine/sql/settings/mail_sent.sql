update mail set sent_at = ?3, state = ?4 where brand = ?1 and number = ?2 and sent_at is null and leased_until <= ?3;
