update mail set state = ?4, sent_at = ?5, due_at = ?6, trouble = ?7, tries = tries + 1, leased_until = 0
where brand = ?1 and number = ?2 and leased_until = ?3;
