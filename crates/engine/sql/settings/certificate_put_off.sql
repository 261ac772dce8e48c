update certificate set next_try_at = ?2, trouble = ?3 where host = ?1;
