update certificate set next_try_at = ?2 where host = ?1 and next_try_at > ?2 and leased_until <= ?2;
