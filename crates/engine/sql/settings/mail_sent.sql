update mail set sent_at = ?3 where brand = ?1 and number = ?2 and sent_at is null;
