update certificate set chain = ?3, wrapped_key = ?4, begins_at = ?5, ends_at = ?6, next_try_at = ?7, failures = 0,
  leased_until = 0, trouble = '', serial = (select max(serial) + 1 from certificate)
where host = ?1 and leased_until = ?2;
