update certificate set leased_until = ?2, tried_at = ?3 where host = ?1;
