update import set state = ?5, changed_at = ?6, content = null, leased_until = 0
where brand = ?1 and id = ?2 and state = ?3 and leased_until = ?4;
