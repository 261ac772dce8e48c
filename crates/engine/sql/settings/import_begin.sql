update import set state = ?4, changed_at = ?5, made_by = ?6, leased_until = 0
where brand = ?1 and id = ?2 and state = ?3;
