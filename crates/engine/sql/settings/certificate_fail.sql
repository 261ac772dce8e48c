update certificate set next_try_at = ?3, trouble = ?4, failures = failures + 1, leased_until = 0
where host = ?1 and leased_until = ?2;
